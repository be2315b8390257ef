"""What refuses a record, told at once: its own rules, what it refers to, who has its unique values, its workflows."""

from collections.abc import Sequence
from typing import Any

from torque.application.types import RunningApplication
from torque.db.failures import DatabaseFailure
from torque.entity.batch import Write
from torque.entity.requests import RepeatMet
from torque.entity.store import EntityStore
from torque.entity.types import Row
from torque.entity.write import checks
from torque.entity.write.checks import Errors
from torque.entity.write.hooked import Hooked
from torque.entity.write.linking import Linker, Wanted
from torque.errors import Conflict, ValidationFailed
from torque.model.compile import CompiledEntity
from torque.native import Prepared
from torque.types import Caller

MEETING = "The record meets others that come and go. Try again."


class Record:
    """A record that is to be written, as far as what may refuse it goes.

    Parameters
    ----------
    row
        How it is stored; None for a new one.
    links
        The many-to-many links it is to have.
    found
        What stands against it already.
    """

    def __init__(
        self, caller: Caller, app: RunningApplication, entity: CompiledEntity, record_id: str, row: Row | None,
        links: Sequence[Wanted] = (), found: Sequence[dict[str, str]] = (),
    ) -> None:  # fmt: skip
        self.caller = caller
        self.app = app
        self.entity = entity
        self.id = record_id
        self.row = row
        self.links = links
        self.found = found


class Refusing:
    """Gathers what stands against records."""

    def __init__(self, store: EntityStore, linker: Linker, hooked: Hooked) -> None:
        self._store = store
        self._linker = linker
        self._hooked = hooked

    async def require(self, record: Record, prepared: Prepared) -> None:
        """Refuse a record that its own rules refuse, together with what workflows and other records have against it."""
        own = prepared.errors
        if own or record.found:
            known = {one["path"] for one in record.found}
            errors = [*record.found, *(one for one in own if one["path"] not in known)]
            errors += await self._hooked.refused(record.caller, record.app, record.entity, record.row, prepared)
            raise ValidationFailed(errors=errors + await self._others(record, prepared))

    async def validated(self, record: Record, prepared: Prepared, now: str) -> Prepared:
        """Show a record that its own rules accept to whoever wants it; tell with their refusal what others have."""
        try:
            return await self._hooked.validated(record.caller, record.app, record.entity, record.row, prepared, now)
        except ValidationFailed as refused:
            errors: Any = refused.details.get("errors", [])
            if errors:
                refused.details["errors"] = errors + await self._others(record, prepared)
            raise

    async def check_links(
        self, app: RunningApplication, entity: CompiledEntity, prepared: Prepared, record_id: str,
        links: Sequence[Wanted] = (),
    ) -> None:  # fmt: skip
        """Refuse references and links to what is not there, together with unique values that are taken."""
        if not prepared.links and not links:
            return
        errors = await checks.reference_errors(self._store, app, entity, prepared, record_id)
        errors += await self._linker.errors(app, entity, record_id, links)
        if errors:
            errors += await checks.unique_errors(self._store, app.id, entity, prepared, record_id)
            raise ValidationFailed(errors=errors)

    async def explained(self, app: RunningApplication, write: Write, error: DatabaseFailure) -> Exception:
        """Return what a refusal by the database means; a conflict when nothing is wrong any more."""
        if await self._store.is_repeat(error):
            return RepeatMet()
        targets = {link[1] for link in write.prepared.links}
        self._store.forget_types(app.id, targets)
        errors = await checks.reference_errors(self._store, app, write.entity, write.prepared, write.id)
        errors += await checks.unique_errors(self._store, app.id, write.entity, write.prepared, write.id)
        return ValidationFailed(errors=errors) if errors else Conflict(MEETING)

    async def _others(self, record: Record, prepared: Prepared) -> Errors:
        """Return what other records have against one that is refused."""
        errors = await checks.reference_errors(self._store, record.app, record.entity, prepared, record.id)
        errors += await self._linker.errors(record.app, record.entity, record.id, record.links)
        return errors + await checks.unique_errors(self._store, record.app.id, record.entity, prepared, record.id)
