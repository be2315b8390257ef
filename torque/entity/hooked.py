"""Writes as hooks see them: records under field names go through the chain, and what comes out is prepared."""

import msgspec

from torque import codec
from torque.application.types import RunningApplication
from torque.entity import checks
from torque.entity.hooks import Hooks, Occasion
from torque.entity.types import Row
from torque.model.compile import CompiledEntity
from torque.native import Prepared
from torque.types import Caller


class Hooked:
    """Shows records to the hooks that want them."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks

    def on_create(self, entity: CompiledEntity) -> bool:
        """Tell whether somebody looks at new records of an entity."""
        return self._hooks.wanted(entity, "BeforeCreate") or self._hooks.wanted(entity, "OnValidate")

    def on_update(self, entity: CompiledEntity) -> bool:
        """Tell whether somebody looks at changes of an entity's records."""
        return self._hooks.wanted(entity, "BeforeUpdate") or self._hooks.wanted(entity, "OnValidate")

    async def create(self, caller: Caller, app: RunningApplication, entity: CompiledEntity, data: bytes) -> bytes:
        """Pass a new record through the chain; return what it became."""
        record = checks.object_of(data)
        occasion = Occasion(event="BeforeCreate", caller=caller, app=app, entity=entity, id=None, record=record)
        record = await self._hooks.run(occasion)
        record = await self._hooks.run(msgspec.structs.replace(occasion, event="OnValidate", record=record))
        return codec.dumps(record)

    async def update(
        self, caller: Caller, app: RunningApplication, entity: CompiledEntity, row: Row, prepared: Prepared, now: str
    ) -> Prepared:
        """Pass the merged record through the chain and prepare what it became as a whole."""
        occasion = Occasion(
            event="BeforeUpdate", caller=caller, app=app, entity=entity, id=row[0],
            record=checks.named(entity, prepared.data), previous=checks.named(entity, row[1]),
        )  # fmt: skip
        record = await self._hooks.run(occasion)
        record = await self._hooks.run(msgspec.structs.replace(occasion, event="OnValidate", record=record))
        writable = {n: v for n, v in record.items() if n not in entity.fields or not entity.fields[n].read_only}
        return entity.validator.update(row[1], codec.dumps(writable), True, now)

    async def delete(self, caller: Caller, app: RunningApplication, row: Row) -> None:
        """Show a record that is about to go."""
        entity = app.model.entities_by_key[row[5]]
        if self._hooks.wanted(entity, "BeforeDelete"):
            record = checks.named(entity, row[1])
            await self._hooks.run(
                Occasion(
                    event="BeforeDelete", caller=caller, app=app, entity=entity, id=row[0], record=record,
                    previous=record,
                )
            )  # fmt: skip
