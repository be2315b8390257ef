"""`OnRead`: what the model does to records between the database and whoever reads them.

Only answers of entities that declare it pass through here, and these are never kept, so nobody gets what was made for
somebody else. A filter, an order, a total and an aggregation go by what is stored, as do exports, the entries of a
history and the answers of writes: it changes what is shown, and is no protection; that is what rights are for.
"""

import asyncio
from contextvars import ContextVar
from typing import Any

import msgspec

from torque import codec
from torque.access.service import AccessService
from torque.application.types import Answer, RunningApplication
from torque.entity.history.access_log import AccessLog, shown_records
from torque.entity.hooks import Hooks, Occasion
from torque.model.compile import CompiledModel
from torque.model.derived import once_per_model
from torque.types import Caller

AT_ONCE = 8
"""Records of one answer that hooks look at together."""
_WITHIN: ContextVar[bool] = ContextVar("within_on_read", default=False)


@once_per_model
def declared(model: CompiledModel) -> frozenset[str]:
    """Return the names of the entities whose reads start something."""
    return frozenset(
        name
        for name, entity in model.entities.items()
        if any(hook.enabled and hook.event == "OnRead" for hook in entity.definition.lifecycle_hooks)
    )


class ReadHooks:
    """Passes the records of answers through the chain of `OnRead`, then through the log of reads."""

    def __init__(self, hooks: Hooks, access: AccessService, log: AccessLog) -> None:
        self._hooks = hooks
        self._access = access
        self._log = log

    async def seen(
        self, caller: Caller, app: RunningApplication, answer: Answer, fields: tuple[str, ...] | None = None
    ) -> Answer:
        """Return an answer as its reader gets it, logged where the model says so; see `AccessLog.seen`.

        Raises
        ------
        HookRejected
            When a hook refuses one of the records.
        """
        return await self._log.seen(caller, app, await self._shown(caller, app, answer, fields))

    async def _shown(
        self, caller: Caller, app: RunningApplication, answer: Answer, fields: tuple[str, ...] | None
    ) -> Answer:
        """Return an answer after the hooks, whose own reads bring what is stored; `fields` were asked for, None all."""
        names = declared(app.model)
        if not names or _WITHIN.get():
            return answer
        found = codec.loads(answer.result)
        waiting = [(record, own) for record, own in shown_records(found) if record["entity_type"] in names]
        if not waiting:
            return answer
        mark = _WITHIN.set(True)
        try:
            for first in range(0, len(waiting), AT_ONCE):
                some = waiting[first : first + AT_ONCE]
                await asyncio.gather(*(self._pass(caller, app, r, fields if own else None) for r, own in some))
        finally:
            _WITHIN.reset(mark)
        return msgspec.structs.replace(answer, result=codec.dumps(found))

    async def _pass(
        self, caller: Caller, app: RunningApplication, record: dict[str, Any], fields: tuple[str, ...] | None
    ) -> None:
        """Let hooks change a record where it stands; its own members stay, and nobody gets a field that is hidden."""
        entity = app.model.entities[record["entity_type"]]
        hidden = self._access.enter(caller, app).entity(entity.name).hidden
        visible = {name for name, field in entity.fields.items() if name not in hidden and not field.system}
        values = {name: value for name, value in record.items() if name in visible}
        occasion = Occasion(event="OnRead", caller=caller, app=app, entity=entity, id=record["id"], record=values)
        changed = await self._hooks.run(occasion)
        if changed is values:
            return
        for name in visible:
            record.pop(name, None)
        asked = visible if fields is None else visible & set(fields)
        record.update((name, value) for name, value in changed.items() if name in asked and value is not None)
