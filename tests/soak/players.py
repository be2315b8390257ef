"""Players: each writes records of its own, and reads everybody's, at random, through any worker of any server."""

import random
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from tests.soak.truth import Fact, Moment, Truth
from tests.soak.wire import LOST, JsonObject, Wire, code_of
from tests.support.waiting import eventually
from torque.types import new_id

PASSING = {"UNAVAILABLE", "OUTCOME_UNKNOWN", "TIMEOUT", "OVERLOADED"}
"""Errors after which a client asks again, with the same idempotency key."""

PATIENCE = 120.0
GRAVES = 40
BATCHES = (1, 1, 4, 10, 20)
"""How many reads go out in one request."""

MOST = {"customer": 5, "order": 6, "line": 3}
"""How many children of each kind one record has at most."""

CHILD = {"": "customer", "customer": "order", "order": "line"}
PARENT_FIELD = {"order": "customer_id", "line": "order_id"}


class Deed(msgspec.Struct, frozen=True):
    """One write: what is called in which application, and who is told the answer, and by which server it came."""

    app: str
    method: str
    params: Mapping[str, object]
    heard: Callable[[int, JsonObject], None]


class Player:
    """One client, which writes in several applications, often in all of them at once.

    Parameters
    ----------
    wire, truth, token
        The servers, what all players know together, and an administrator's token.
    apps
        The applications, all of one model.
    writes
        Part of its actions that are writes.
    stopped
        Asked between actions.
    """

    def __init__(
        self, wire: Wire, truth: Truth, token: str, name: str, *, apps: Sequence[str], writes: float,
        chance: random.Random, stopped: Callable[[], bool],
    ) -> None:  # fmt: skip
        self.name = name
        self.actions = 0
        self.pending: list[str] = []
        self._wire = wire
        self._truth = truth
        self._token = token
        self._apps = apps
        self._writes = writes
        self._chance = chance
        self._stopped = stopped
        self._children: dict[str, list[str]] = {app: [] for app in apps}
        self._graves: deque[str] = deque()
        self._slots = {app: list(range(MOST["customer"])) for app in apps}
        self._slot_of: dict[str, int] = {}

    async def run(self) -> None:
        """Play until stopped."""
        while not self._stopped():
            await (self._write() if self._chance.random() < self._writes else self._read())
            self.actions += 1

    # --- writing ---------------------------------------------------------------------------------------------

    async def _write(self) -> None:
        """Do the same in one application, or in all of them in one request, so that it is written together."""
        apps = [self._chance.choice(self._apps)] if self._chance.random() < 0.5 else self._apps
        deed, dice = self._create, self._chance.random()
        if dice >= 0.35 and all(self._children[app] for app in apps):
            deed = self._update if dice < 0.75 else self._change_notice if dice < 0.87 else self._delete
        deeds = [deed(app) for app in apps]
        await self._insist([one for one in deeds if one is not None])

    async def _insist(self, deeds: Sequence[Deed]) -> None:
        """Call until there are answers that say what happened."""
        left = [(deed, {**deed.params, "idempotencyKey": new_id()}) for deed in deeds]

        async def attempt() -> bool | None:
            server = self._chance.randrange(len(self._wire.ports))
            self.pending = [deed.method for deed, _ in left]
            path = left[0][0].app if len(left) == 1 else ""
            calls = [(deed.method, sent if path else {**sent, "app": deed.app}) for deed, sent in left]
            try:
                answers = await self._wire.calls(server, self._token, calls, path)
            except LOST:
                return None
            told = list(zip(left, answers, strict=True))
            left[:] = [one for one, answer in told if _is_open(answer)]
            for (deed, _), answer in told:
                if not _is_open(answer):
                    self._truth.writes += 1
                    deed.heard(server, answer)
            return not left

        if left:
            done: bool | None = await eventually(attempt, PATIENCE, f"answers to {[deed.method for deed in deeds]}")
            assert done
        self.pending = []

    def _create(self, app: str) -> Deed | None:
        parents = [p for p, of in self._children.items() if self._app_of(p) == app]
        parents = [p for p in parents if len(self._children[p]) < MOST[self._kind_under(p)]]
        if not parents:
            return None
        parent = self._chance.choice(parents)
        kind = self._kind_under(parent)
        data: JsonObject = {"owner": self.name, "mark": 1}
        slot = -1
        if kind == "customer":
            slot = self._slots[app].pop()
            data["email"] = f"{self.name}-{slot}@example.org"
        else:
            data[PARENT_FIELD[kind]] = parent

        def heard(server: int, answer: JsonObject) -> None:
            if "result" not in answer:
                self._truth.unexpected.append(f"create {kind}: {answer}")
                return
            record = answer["result"]
            fact = Fact(kind, record["id"], "" if parent == app else parent, app)
            fact.attempted = 1
            self._truth.add(fact)
            fact.acknowledge(server, record["version"], 1)
            self._children[parent].append(fact.id)
            if kind in CHILD:
                self._children[fact.id] = []
            if slot >= 0:
                self._slot_of[fact.id] = slot

        return Deed(app, "createEntity", {"entityType": kind, "data": data}, heard)

    def _app_of(self, parent: str) -> str:
        return parent if parent in self._apps else self._truth.facts[parent].app

    def _kind_under(self, parent: str) -> str:
        return CHILD["" if parent in self._apps else self._truth.facts[parent].kind]

    def _mine(self, app: str) -> list[str]:
        return [i for of in self._children.values() for i in of if self._truth.facts[i].app == app]

    def _update(self, app: str) -> Deed:
        fact = self._truth.facts[self._chance.choice(self._mine(app))]
        fact.attempted += 1
        data: JsonObject = {"mark": (mark := fact.attempted)}
        if fact.kind == "order" and self._chance.random() < 0.4:
            payers = [f.id for f in self._truth.of(app) if f.kind == "customer" and not f.going]
            data["payer_id"] = self._chance.choice(payers) if payers else None

        def heard(server: int, answer: JsonObject) -> None:
            if "result" in answer:
                fact.acknowledge(server, answer["result"]["version"], mark)
            elif code_of(answer) != "VALIDATION_FAILED" or "payer_id" not in data:
                self._truth.unexpected.append(f"update {fact.kind}: {answer}")

        return Deed(app, "updateEntity", {"entityId": fact.id, "data": data}, heard)

    def _change_notice(self, app: str) -> Deed:
        """Change a record that all players change, where only versions say what is newer."""
        fact = self._chance.choice([f for f in self._truth.of(app) if f.kind == "notice"])
        data = {"owner": f"{self.name} {self.actions}"}

        def heard(server: int, answer: JsonObject) -> None:
            if "result" in answer:
                fact.acknowledge(server, answer["result"]["version"], 0)
            else:
                self._truth.unexpected.append(f"update notice: {answer}")

        return Deed(app, "updateEntity", {"entityId": fact.id, "data": data}, heard)

    def _delete(self, app: str) -> Deed:
        """Delete a record with all that hangs on it."""
        chosen = self._truth.facts[self._chance.choice(self._mine(app))]
        family = self._family(chosen.id)
        for one in family:
            self._truth.facts[one].going = True

        def heard(server: int, answer: JsonObject) -> None:
            if "result" not in answer:
                self._truth.unexpected.append(f"delete {chosen.kind}: {answer}")
                return
            self._children[chosen.parent or app].remove(chosen.id)
            for one in family:
                self._truth.facts[one].gone = (time.monotonic(), server)
                self._children.pop(one, None)
                self._graves.append(one)
            if chosen.id in self._slot_of:
                self._slots[app].append(self._slot_of.pop(chosen.id))
            while len(self._graves) > GRAVES * len(self._apps):
                self._truth.forget(self._graves.popleft())

        return Deed(app, "deleteEntity", {"entityId": chosen.id}, heard)

    def _family(self, record_id: str) -> list[str]:
        found = [record_id]
        for one in found:
            found += self._children.get(one, [])
        return found

    # --- reading ---------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        path = self._chance.choice(("", *self._apps))
        ids = [fact.id for fact in self._truth.facts.values() if path in ("", fact.app)]
        if not ids:
            return
        server = self._chance.randrange(len(self._wire.ports))
        moment = Moment(server, time.monotonic())
        wanted = [self._question(ids, moment) for _ in range(self._chance.choice(BATCHES))]
        if not path:
            wanted = [(m, {**p, "app": self._truth.facts[one].app}, one) for m, p, one in wanted]
        try:
            answers = await self._wire.calls(server, self._token, [(m, p) for m, p, _ in wanted], path)
        except LOST:
            self._truth.unanswered += len(wanted)
            return
        self._truth.reads += len(wanted)
        for (method, params, record_id), answer in zip(wanted, answers, strict=True):
            self._judge(method, params, record_id, answer, moment)

    def _question(self, ids: Sequence[str], moment: Moment) -> tuple[str, JsonObject, str]:
        """Return a method, its parameters, and the record it is about."""
        record_id = self._chance.choice(ids)
        kind = self._truth.facts[record_id].kind
        dice = self._chance.random()
        if dice < 0.5 or kind in ("line", "notice"):
            return "getEntity", {"entityId": record_id}, record_id
        if kind == "order" and dice < 0.7:
            return "getEntity", {"entityId": record_id, "expand": ["customer_id", "payer_id"]}, record_id
        if kind == "order":
            return "loadEntityData", {"entityType": "line", "filters": {"order_id": record_id}}, record_id
        if dice < 0.65:
            least = self._truth.facts[record_id].floor(moment.server, moment.begun)[1]
            through = {"customer_id.mark": {"ge": least}, "customer_id": record_id}
            return "loadEntityData", {"entityType": "order", "filters": through}, record_id
        expand = ["customer_id", "payer_id"] if dice < 0.85 else []
        return (
            "loadEntityData",
            {"entityType": "order", "filters": {"customer_id": record_id}, "expand": expand},
            record_id,
        )

    def _judge(self, method: str, params: JsonObject, record_id: str, answer: JsonObject, moment: Moment) -> None:
        code = code_of(answer)
        how = f"{method} {params}"
        if code == "NOT_FOUND" and method == "getEntity":
            self._truth.judge_missing(record_id, moment, how)
        elif code in PASSING:
            self._truth.unanswered += 1
        elif code:
            self._truth.unexpected.append(f"{how}: {answer}")
        elif method == "getEntity":
            self._judge_record(answer["result"], moment, how)
        else:
            self._judge_list(params, record_id, answer["result"], moment, how)

    def _judge_record(self, record: JsonObject, moment: Moment, how: str) -> None:
        self._truth.judge(record, moment, how)
        for group in (record.get("included") or {}).values():
            for one in group.values():
                self._truth.judge(one, moment, how + " included")

    def _judge_list(self, params: JsonObject, record_id: str, result: JsonObject, moment: Moment, how: str) -> None:
        shown: dict[str, Any] = {record["id"]: record for record in result["data"]}
        for record in shown.values():
            self._truth.judge(record, moment, how)
        for group in (result.get("included") or {}).values():
            for one in group.values():
                self._truth.judge(one, moment, how + " included")
        if result["pagination"]["total"] != len(shown):
            self._truth.wrong(f"{how}: {len(shown)} records, total {result['pagination']['total']}")
        parent = self._truth.facts.get(record_id)
        if parent is None or parent.going:
            return
        for child in self._truth.children.get(record_id, set()) - shown.keys():
            if self._truth.facts[child].kind == params["entityType"]:
                self._truth.judge_missing(child, moment, how)


def _is_open(answer: JsonObject) -> bool:
    """Tell whether an answer leaves open what happened, so that one asks again."""
    return code_of(answer) in PASSING or "is in use" in answer.get("error", {}).get("message", "")
