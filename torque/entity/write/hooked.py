"""Writes as hooks see them: records under field names go through the chain, and what comes out is prepared."""

from collections.abc import Sequence
from typing import Any

from torque import codec
from torque.application.types import RunningApplication
from torque.entity.hooks import Event, Hooks, Occasion
from torque.entity.types import Row
from torque.entity.write import checks
from torque.entity.write.checks import Errors
from torque.errors import HookRejected, TimedOut, ValidationFailed
from torque.model.compile import CompiledEntity
from torque.native import Prepared
from torque.types import Caller


class Hooked:
    """Shows records to the hooks that want them."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks

    @property
    def known(self) -> int:
        """How many hooks were registered; what was found out about them holds as long as it stays."""
        return self._hooks.registered

    def on_update(self, entity: CompiledEntity) -> bool:
        """Tell whether somebody looks at changed records of an entity."""
        return self._hooks.wanted(entity, "BeforeUpdate") or self._hooks.wanted(entity, "OnValidate")

    def on_delete(self, entity: CompiledEntity) -> bool:
        """Tell whether somebody looks at records of an entity that are about to go."""
        return self._hooks.wanted(entity, "BeforeDelete")

    def on_create(self, entity: CompiledEntity) -> bool:
        """Tell whether somebody looks at new records of an entity."""
        return self._hooks.wanted(entity, "BeforeCreate") or self._hooks.wanted(entity, "OnValidate")

    def require_unchanged(self, entity: CompiledEntity, event: Event, found: Sequence[dict[str, str]]) -> None:
        """Refuse at once what somebody would still change: what else stands against it then is not known."""
        if self._hooks.wanted(entity, event):
            raise ValidationFailed(errors=list(found))

    async def before_create(
        self, caller: Caller, app: RunningApplication, entity: CompiledEntity, data: bytes
    ) -> bytes:  # fmt: skip
        """Pass what was sent for a new record through the chain; return what it became."""
        if not self._hooks.wanted(entity, "BeforeCreate"):
            return data
        record = checks.object_of(data)
        occasion = Occasion(event="BeforeCreate", caller=caller, app=app, entity=entity, id=None, record=record)
        return codec.dumps(await self._hooks.run(occasion))

    async def before_update(
        self, caller: Caller, app: RunningApplication, entity: CompiledEntity, row: Row, prepared: Prepared, now: str
    ) -> Prepared:
        """Pass the merged record through the chain and prepare what it became as a whole."""
        if not self._hooks.wanted(entity, "BeforeUpdate"):
            return prepared
        occasion = Occasion(
            event="BeforeUpdate", caller=caller, app=app, entity=entity, id=row[0],
            record=checks.named(entity, prepared.data), previous=checks.named(entity, row[1]),
        )  # fmt: skip
        record = await self._hooks.run(occasion)
        return entity.validator.update(row[1], _writable(entity, record), True, now)

    async def validated(
        self, caller: Caller, app: RunningApplication, entity: CompiledEntity, row: Row | None, prepared: Prepared,
        now: str,
    ) -> Prepared:  # fmt: skip
        """Show a record that its own rules accept, complete, and prepare it anew where it was changed."""
        if not self._hooks.wanted(entity, "OnValidate"):
            return prepared
        record = checks.named(entity, prepared.data)
        occasion = Occasion(
            event="OnValidate", caller=caller, app=app, entity=entity, id=row[0] if row is not None else None,
            record=record, previous=checks.named(entity, row[1]) if row is not None else None,
        )  # fmt: skip
        changed = await self._hooks.run(occasion)
        if changed == record:
            return prepared
        if row is None:
            return entity.validator.create(_writable(entity, changed), now)
        return entity.validator.update(row[1], _writable(entity, changed), True, now)

    async def refused(
        self, caller: Caller, app: RunningApplication, entity: CompiledEntity, row: Row | None, prepared: Prepared
    ) -> Errors:  # fmt: skip
        """Return what else is said against a record that its own rules refuse, shown as far as its values are sound."""
        if not self._hooks.wanted(entity, "OnRefused"):
            return []
        occasion = Occasion(
            event="OnRefused", caller=caller, app=app, entity=entity, id=row[0] if row is not None else None,
            record=checks.named(entity, prepared.data), lacking=prepared.lacking,
            previous=checks.named(entity, row[1]) if row is not None else None,
        )  # fmt: skip
        try:
            await self._hooks.run(occasion)
        except ValidationFailed as error:
            errors: Any = error.details.get("errors", [])
            return list(errors)
        except (HookRejected, TimedOut):
            pass  # it is refused already, for what its author can mend
        return []

    async def restored(
        self, caller: Caller, app: RunningApplication, entity: CompiledEntity, record_id: str, row: Row | None,
        record: dict[str, Any],
    ) -> dict[str, Any]:  # fmt: skip
        """Pass what a record was through the chain before it becomes that again; `row` is None when it is gone."""
        if not self._hooks.wanted(entity, "BeforeRestore"):
            return record
        previous = checks.named(entity, row[1]) if row is not None else None
        return await self._hooks.run(
            Occasion(
                event="BeforeRestore", caller=caller, app=app, entity=entity, id=record_id, record=record,
                previous=previous,
            )
        )  # fmt: skip

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


def _writable(entity: CompiledEntity, record: dict[str, Any]) -> bytes:
    """Return a record without what only the server sets."""
    fields = entity.fields
    return codec.dumps({n: v for n, v in record.items() if n not in fields or not fields[n].read_only})
