"""Flows of the layouts dialect: lists of steps become nodes chained in the order of the steps.

What the old steps meant was never defined, so only DataUpdate becomes work (a Condition and an EntityWrite); every
other step becomes a Log node that says what stood there. Such workflows, and those with a trigger, come in disabled:
somebody looks at them first.
"""

import re
from typing import Any

from torque.model.complete import legal_id
from torque.model.legacy.words import HOOK_EVENTS
from torque.model.report import Path, Report

Json = dict[str, Any]
STEP = 240
FUNCTIONS = {"now()": "new Date().toISOString()", "today()": "new Date().toISOString().slice(0, 10)"}
TRIGGERS = frozenset({"Manual", "EntityEvent", "Webhook", "Schedule"})
TOKEN = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[A-Za-z_$][\w$]*(?:\s*\.\s*[A-Za-z_$][\w$]*)*")


class _Chain:
    """Builds the nodes and edges of one workflow, each node following what was open before it."""

    def __init__(self) -> None:
        self.nodes: dict[str, Json] = {}
        self.edges: list[Json] = []
        self._open: list[Json] = []

    def add(self, wanted: str, kind: str, name: str, **config: Any) -> str:
        node_id, number = legal_id(wanted), 1
        while node_id in self.nodes:
            number += 1
            node_id = f"{legal_id(wanted)[:60]}_{number}"
        node: Json = {"id": node_id, "name": name, "type": kind, "position": {"x": STEP * len(self.nodes), "y": 0}}
        self.nodes[node_id] = {**node, "config": config} if config else node
        self.edges += [{**edge, "target": node_id} for edge in self._open]
        self._open = [{"source": node_id}]
        return node_id

    def add_guarded(self, condition: str, wanted: str, kind: str, name: str, **config: Any) -> str:
        test = self.add(f"{wanted}_if", "Condition", f"{name}?", expression=condition)
        self._open = [{"source": test, "condition": "true"}]
        node = self.add(wanted, kind, name, **config)
        self._open.append({"source": test, "condition": "false"})
        return node


def convert_flow(source: Json, path: Path, entities: dict[str, Json], report: Report) -> Json:
    """Return a flow as a workflow."""
    trigger = source.get("trigger") if isinstance(source.get("trigger"), dict) else {}
    assert isinstance(trigger, dict)
    entity = str((trigger.get("config") or {}).get("entity") or "")
    fields = {f.get("name") for f in (entities.get(entity) or {}).get("fields", ())}
    chain = _Chain()
    chain.add("start", "Start", "Start")
    steps = [step for step in source.get("steps") or () if isinstance(step, dict)]
    for at, step in enumerate(steps):
        _add_step(chain, step, entity, fields, (*path, "steps", at), report)
        _retry(chain, source.get("error_handling"))
    chain.add("end", "End", "End")
    name = str(source.get("name") or "flow")
    flow: Json = {"id": source.get("id") or legal_id(name), "name": name, "nodes": chain.nodes, "edges": chain.edges}
    if source.get("description"):
        flow["description"] = source["description"]
    triggers = _triggers(trigger)
    if triggers:
        flow["triggers"] = triggers
    flow["enabled"] = not steps and not triggers
    done = "now a workflow" if flow["enabled"] else "now a workflow, disabled until somebody looks at it"
    report.keep(path, f"flow '{name}'", source, done)
    return flow


def _add_step(chain: _Chain, step: Json, entity: str, fields: set[Any], path: Path, report: Report) -> None:
    name = str(step.get("name") or f"step {path[-1]}")
    kind = step.get("type")
    condition = step.get("condition")
    updates = (step.get("configuration") or {}).get("update_fields")
    if kind != "DataUpdate" or not entity or not isinstance(updates, dict):
        about = {n: v for n, v in step.items() if n not in ("id", "name")}
        chain.add(name, "Log", name, level="info", message=f"{name}: nothing happens here yet", structured=about)
        report.note(path, f"step '{name}' of type {kind}", "now a Log node")
        return
    mapping = {"id": "{{ input.record.id }}", **{n: _value(v, fields) for n, v in updates.items()}}
    write: Json = {"entity_type": entity, "operation": "Update", "data_mapping": mapping}
    if isinstance(condition, str) and condition.strip():
        chain.add_guarded(on_record(condition, fields), name, "EntityWrite", name, **write)
        report.note(path, f"step '{name}' of type {kind}", "now a Condition and an EntityWrite")
    else:
        chain.add(name, "EntityWrite", name, **write)
        report.note(path, f"step '{name}' of type {kind}", "now an EntityWrite")


def _retry(chain: _Chain, handling: object) -> None:
    if not isinstance(handling, dict) or not handling.get("retry_attempts"):
        return
    node = next(reversed(chain.nodes.values()))
    if node["type"] == "EntityWrite":
        node["retry"] = {
            "attempts": handling["retry_attempts"],
            "backoff_ms": int(handling.get("retry_delay_seconds") or 0) * 1000,
        }


def _value(value: object, fields: set[Any]) -> object:
    if isinstance(value, str) and value.strip() in FUNCTIONS:
        return "{{ " + FUNCTIONS[value.strip()] + " }}"
    if isinstance(value, str) and value in fields:
        return "{{ input.record." + value + " }}"
    return value


def on_record(condition: str, fields: set[Any]) -> str:
    """Return an old condition as an expression: names of fields mean those of the record that came in."""
    text = condition
    for call, expression in FUNCTIONS.items():
        text = text.replace(call, f"({expression})")

    def rewrite(found: re.Match[str]) -> str:
        word = found[0]
        return f"input.record.{word}" if re.split(r"\s*\.", word)[0] in fields else word

    return TOKEN.sub(rewrite, text)


def _triggers(trigger: Json) -> list[Json]:
    kind = trigger.get("type")
    config = dict(trigger.get("config") or {})
    if kind not in TRIGGERS or kind == "Manual":
        return []
    events = HOOK_EVENTS.get(config.get("event", ""), (config.get("event"),))
    if kind != "EntityEvent":
        return [{"type": kind, "config": config}]
    return [{"type": kind, "config": {**config, "event": event}} for event in events]
