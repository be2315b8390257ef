"""Workflows that records start: lifecycle hooks before and after a write, and `Custom` rules of fields."""

from contextvars import ContextVar
from typing import Any

from torque.application.types import RunningApplication
from torque.entity.hooks import Event, Happening, Hooks, Occasion
from torque.errors import HookRejected, InvalidParams, NotFound, TimedOut, ValidationFailed
from torque.model.compile import CompiledEntity
from torque.model.definition.entity import LifecycleHook
from torque.model.derived import once_per_entity
from torque.types import Caller
from torque.xflow.context import FLOW_ERROR
from torque.xflow.engine import TIMED_OUT
from torque.xflow.service import Execution, XFlowService

_DEEPEST = 8
_DEPTH: ContextVar[int] = ContextVar("lifecycle_depth", default=0)


class Lifecycle:
    """Runs what the model says at the events of its records.

    Before a write a workflow sees `{event, entity_type, id, record, previous}`. When it fails, the write is refused
    with its message; an output `{record: {…}}` takes the place of the record. A `Custom` rule gets the record itself,
    and the message of its failure is the error of the field; of a record that is refused already it gets what is of its
    fields' types, and where something is missing from that, only an `Error` node is taken at its word. After a write
    the workflow starts once the write is committed, at least once; how it ends is told by its execution. All run with
    the rights of whoever wrote.
    """

    def __init__(self, xflows: XFlowService, hooks: Hooks) -> None:
        self._xflows = xflows
        hooks.before(_hooked, self._before)
        hooks.before(_ruled, self._check)
        hooks.after(self._after)

    async def _before(self, occasion: Occasion) -> dict[str, Any] | None:
        record, changed = occasion.record, None
        for hook in hooks_of(occasion.entity, occasion.event):
            execution = await self._run(occasion.caller, occasion.app, hook.xflow, _input(occasion, record), hook.event)
            if execution.error is not None:
                raise HookRejected(str(execution.error["message"]), xflow=hook.xflow, executionId=execution.id)
            output = execution.output
            if isinstance(output, dict) and isinstance(output.get("record"), dict):
                record = changed = output["record"]
        return changed

    async def _check(self, occasion: Occasion) -> dict[str, Any] | None:
        """Ask the Custom rules of all values that are new."""
        errors = []
        previous = occasion.previous or {}
        for field, xflow in custom_rules(occasion.entity):
            value = occasion.record.get(field)
            if value is None or value == previous.get(field) or field in occasion.lacking:
                continue
            execution = await self._run(occasion.caller, occasion.app, xflow, occasion.record, "Custom")
            if execution.error is not None and (not occasion.lacking or execution.error["code"] == FLOW_ERROR):
                message = str(execution.error["message"])
                errors.append({"path": f"/{field}", "rule": "Custom", "message": message, "severity": "Error"})
        if errors:
            raise ValidationFailed(errors=errors)
        return None

    async def _after(self, happening: Happening) -> None:
        entity = happening.entity
        given = {
            "event": happening.event,
            "entity_type": entity.name,
            "id": happening.id,
            "version": happening.version,
            "record": _named(entity, happening.data),
            "previous": None if happening.old is None else _named(entity, {**happening.data, **happening.old}),
        }
        for hook in hooks_of(entity, happening.event):
            await self._xflows.follow(happening.caller, happening.app, hook.xflow, given, happening.event)

    async def _run(
        self, caller: Caller, app: RunningApplication, xflow: str, given: object, trigger: str
    ) -> Execution:  # fmt: skip
        """Run a workflow to its end. A hook whose writes start hooks again ends some day.

        Raises
        ------
        TimedOut
            When it took longer than it may; nothing was written.
        HookRejected
            When there is no such workflow, or hooks start each other too deeply.
        """
        depth = _DEPTH.get()
        if depth >= _DEEPEST:
            raise HookRejected(f"Workflows of hooks start each other more than {_DEEPEST} deep.", xflow=xflow)
        mark = _DEPTH.set(depth + 1)
        try:
            execution = await self._xflows.follow(caller, app, xflow, given, trigger)
        except (NotFound, InvalidParams) as error:
            raise HookRejected(f"{trigger} asks for a workflow that cannot run: {error.message}", xflow=xflow) from None
        finally:
            _DEPTH.reset(mark)
        if execution.error is not None and execution.error["code"] == TIMED_OUT:
            raise TimedOut(f"The workflow '{xflow}' took longer than it may.", executionId=execution.id)
        return execution


@once_per_entity
def _hooks(entity: CompiledEntity) -> tuple[LifecycleHook, ...]:
    enabled = (hook for hook in entity.definition.lifecycle_hooks if hook.enabled)
    return tuple(sorted(enabled, key=lambda hook: hook.order))


def hooks_of(entity: CompiledEntity, event: str) -> tuple[LifecycleHook, ...]:
    """Return the enabled hooks of an event in their order."""
    return tuple(hook for hook in _hooks(entity) if hook.event == event)


@once_per_entity
def custom_rules(entity: CompiledEntity) -> tuple[tuple[str, str], ...]:
    """Return the fields with a Custom rule that refuses, and the workflow each names."""
    return tuple(
        (field.name, rule.value)
        for field in entity.definition.fields
        for rule in field.validation
        if rule.type == "Custom" and rule.severity in (None, "Error") and isinstance(rule.value, str)
    )


def _hooked(entity: CompiledEntity, event: Event) -> bool:
    return bool(hooks_of(entity, event))


def _ruled(entity: CompiledEntity, event: Event) -> bool:
    return event in ("OnValidate", "OnRefused") and bool(custom_rules(entity))


def _input(occasion: Occasion, record: dict[str, Any]) -> dict[str, Any]:
    return {
        "event": occasion.event,
        "entity_type": occasion.entity.name,
        "id": occasion.id,
        "record": record,
        "previous": occasion.previous,
    }


def _named(entity: CompiledEntity, data: dict[str, Any]) -> dict[str, Any]:
    """Return stored data under field names."""
    named = {field.name: data[field.key] for field in entity.fields.values() if field.key in data}
    return {name: value for name, value in named.items() if value is not None}
