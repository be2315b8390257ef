"""What happens to the files of a record before it is written: each must be there, and be nobody else's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from torque.db.pool import Database
from torque.db.queries import load_queries
from torque.entity import values
from torque.entity.hooks import Event, Hooks, Occasion
from torque.entity.write import checks
from torque.errors import ValidationFailed
from torque.files.types import FileValue
from torque.model.compile import CompiledEntity, CompiledField

Q = load_queries(Path(__file__).with_name("queries.sql"))


class Attaching:
    """Puts what the server knows of a file in place of what the client says; refuses files that are not free.

    A record that is restored comes back without those that are gone, or that another one holds by now.
    """

    def __init__(self, db: Database, hooks: Hooks) -> None:
        self._db = db
        hooks.before(_wants, self._before)
        hooks.before(_wants_restored, self._before_restore)

    async def _before(self, occasion: Occasion) -> dict[str, Any] | None:
        found = await self._found(occasion)
        errors = [
            checks.error(path, "File", "There is no such file to take. Upload it for this field.")
            for path, value in found.items()
            if value is None
        ]
        if errors:
            raise ValidationFailed(errors=errors)
        return {**occasion.record, **_put(occasion.entity, occasion.record, found)} if found else None

    async def _before_restore(self, occasion: Occasion) -> dict[str, Any] | None:
        found = await self._found(occasion)
        return {**occasion.record, **_put(occasion.entity, occasion.record, found)} if found else None

    async def _found(self, occasion: Occasion) -> dict[str, dict[str, Any] | None]:
        """Return what is known of each file that a record names, by its path; None when it is not there to take."""
        entity = occasion.entity
        kept = {value["id"]: value for _, _, value in _files(entity, occasion.previous or {})}
        given = [place for place in _files(entity, occasion.record) if values.is_id(place[2].get("id"))]
        fresh = sorted({value["id"].lower() for _, _, value in given} - kept.keys())
        rows = await self._db.fetch(Q.claim, occasion.app.id, fresh) if fresh else ()
        free = {(row["entity_type"], row["field_key"], row["id"]): row for row in rows}
        found: dict[str, dict[str, Any] | None] = {}
        for field, path, value in given:
            file_id = value["id"].lower()
            row = free.get((entity.key, field.key, file_id))
            if row is not None:
                found[path] = msgspec.to_builtins(FileValue(file_id, row["name"], row["media_type"], row["size"]))
            else:
                found[path] = kept.get(file_id)
        return found


def _wants(entity: CompiledEntity, event: Event) -> bool:
    return bool(entity.files) and event in ("BeforeCreate", "BeforeUpdate")


def _wants_restored(entity: CompiledEntity, event: Event) -> bool:
    return bool(entity.files) and event == "BeforeRestore"


def _files(entity: CompiledEntity, record: dict[str, Any]) -> Iterator[tuple[CompiledField, str, dict[str, Any]]]:
    """Return the files of a record with the fields they stand in and their paths."""
    for field in entity.files:
        value = record.get(field.name)
        if isinstance(value, list):
            for place, item in enumerate(value):
                if isinstance(item, dict):
                    yield field, f"/{field.name}/{place}", item
        elif isinstance(value, dict):
            yield field, f"/{field.name}", value


def _put(entity: CompiledEntity, record: dict[str, Any], found: dict[str, dict[str, Any] | None]) -> dict[str, Any]:
    """Return the fields of files with what is known of each; a file that is not there is left out."""
    changed: dict[str, Any] = {}
    for field in entity.files:
        value, path = record.get(field.name), f"/{field.name}"
        if isinstance(value, list):
            items = [found.get(f"{path}/{place}", item) for place, item in enumerate(value)]
            changed[field.name] = [item for place, item in enumerate(items) if item is not None or value[place] is None]
        elif path in found:
            changed[field.name] = found[path]
    return changed
