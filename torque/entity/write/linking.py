"""Many-to-many links: read out of what was sent for a record, and written in the transaction of the record.

A link is one row under the relationship's id, from the record of `from_entity` to that of `to_entity`. The row of its
source is held while links are added, so that places do not meet and no link outlives a source that is being deleted;
of its target the foreign key takes care.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from torque import codec
from torque.access.types import Rights
from torque.application.types import RunningApplication
from torque.entity import values
from torque.entity.batch import Q
from torque.entity.ends import End, many_of
from torque.entity.history.audit import audit_mode
from torque.entity.store import EntityStore
from torque.entity.types import Connection
from torque.entity.write.checks import Errors, error, object_of
from torque.errors import ValidationFailed
from torque.model.compile import CompiledEntity, CompiledModel
from torque.types import Caller

MAX_LINKS = 10_000
"""Most links of one relationship that one write may name."""


class Wanted(msgspec.Struct, frozen=True):
    """The records that one end of a record is to be linked to, in order: all of them, and no others."""

    end: End
    ids: tuple[str, ...]


def split(
    model: CompiledModel, entity: CompiledEntity, rights: Rights, data: bytes
) -> tuple[bytes, tuple[Wanted, ...], Errors]:  # fmt: skip
    """Take the many-to-many members out of what was sent for a record; return what is wrong with them as well."""
    ends = many_of(model, entity.name)
    if not ends:
        return data, (), []
    many = {name: end for name, end in ends.items() if rights.entity(end.other).read}
    if not any(f'"{name}"'.encode() in data for name in many):
        return data, (), []
    record = object_of(data)
    sent = {name: record.pop(name) for name in many if name in record}
    errors: Errors = []
    wanted = tuple(Wanted(many[name], _ids(name, value, errors)) for name, value in sent.items())
    return codec.dumps(record), wanted, errors


def _ids(name: str, value: Any, errors: Errors) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_LINKS:
        errors.append(error(f"/{name}", "Type", f"This is a list of ids of at most {MAX_LINKS} records"))
        return ()
    for place, item in enumerate(value):
        if not values.is_id(item):
            errors.append(error(f"/{name}/{place}", "Type", "This is not the id of a record"))
    return tuple(dict.fromkeys(item.lower() for item in value if values.is_id(item)))


class Linker:
    """Writes many-to-many links."""

    def __init__(self, store: EntityStore) -> None:
        self._store = store

    async def check(
        self, app: RunningApplication, entity: CompiledEntity, record_id: str, wanted: Sequence[Wanted]
    ) -> None:
        """Refuse links to records that are not there, or are of another entity."""
        if errors := await self.errors(app, entity, record_id, wanted):
            raise ValidationFailed(errors=errors)

    async def errors(
        self, app: RunningApplication, entity: CompiledEntity, record_id: str, wanted: Sequence[Wanted]
    ) -> Errors:
        """Return an error for every link to a record that is not there, or is of another entity."""
        if not wanted:
            return []
        ids = {item for one in wanted for item in one.ids}
        self._store.forget_types(app.id, ids)
        types = {**await self._store.types(app.id, ids - {record_id}), record_id: entity.key}
        return [
            error(f"/{one.end.name}/{place}", "Reference", f"There is no such {other.display_name}")
            for one in wanted
            for other in (app.model.entities[one.end.other],)
            for place, item in enumerate(one.ids)
            if types.get(item) != other.key
        ]

    async def apply(
        self, connection: Connection, app: RunningApplication, entity: CompiledEntity, record_id: str,
        wanted: Sequence[Wanted], caller: Caller,
    ) -> tuple[str, ...]:  # fmt: skip
        """Make the links of a held record what is wanted; return the names of the relationships that changed."""
        old: dict[str, Any] = {}
        new: dict[str, Any] = {}
        for one in wanted:
            before = await self._current(connection, app, record_id, one.end)
            old_ids, new_ids = set(before), set(one.ids)
            gone = [item for item in before if item not in new_ids]
            added = [item for item in one.ids if item not in old_ids]
            if gone or added:
                old[one.end.log_key], new[one.end.log_key] = before, list(one.ids)
                await self._write(connection, app, record_id, one.end, gone, added)
        mode = audit_mode(entity)
        if new and mode != "off":
            kept = mode == "values"
            await connection.execute(
                Q.audit, app.id, caller.name, ",".join(caller.roles), caller.protocol, caller.request_id,
                [entity.key], [record_id], ["link"], [codec.dumps(old) if kept else None],
                [codec.dumps(new) if kept else None],
            )  # fmt: skip
        return tuple(one.end.name or "" for one in wanted if one.end.log_key in new)

    async def _current(
        self, connection: Connection, app: RunningApplication, record_id: str, end: End
    ) -> list[str]:  # fmt: skip
        query = Q.links_to if end.backward else Q.links_from
        return [row[0] for row in await connection.fetch(query, app.id, record_id, end.link_key)]

    async def _write(
        self, connection: Connection, app: RunningApplication, record_id: str, end: End,
        gone: Sequence[str], added: Sequence[str],
    ) -> None:  # fmt: skip
        if gone:
            sides = (list(gone), [record_id]) if end.backward else ([record_id], list(gone))
            await connection.execute(Q.unlink, app.id, end.link_key, *sides)
        if not added:
            return
        if end.backward:
            held = {row[0] for row in await connection.fetch(Q.hold_sources, app.id, sorted(added))}
            if lost := [item for item in added if item not in held]:
                raise ValidationFailed(
                    errors=[error(f"/{end.name}", "Reference", f"There is no record {lost[0]} any more")]
                )
            sources, targets = list(added), [record_id] * len(added)
        else:
            sources, targets = [record_id] * len(added), list(added)
        await connection.execute(Q.link, app.id, end.link_key, sources, targets)
