"""Writes of many records as clients ask for them, in one shape for all protocols."""

from collections.abc import Sequence
from typing import Annotated, Any, Protocol

import msgspec

from torque.application.types import Answer, RunningApplication
from torque.entity.types import Query
from torque.entity.write.bulk_types import MAX_ROWS, Edit, Mode
from torque.errors import InvalidParams
from torque.platform import Platform
from torque.types import Caller

Rows = Annotated[tuple[msgspec.Raw, ...], msgspec.Meta(max_length=MAX_ROWS)]
Ids = Annotated[tuple[str, ...], msgspec.Meta(max_length=MAX_ROWS)]


class RowOfUpdate(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One record of a bulk update."""

    entity_id: str
    data: msgspec.Raw
    if_version: int | None = None
    replace: bool = False


Edits = Annotated[tuple[RowOfUpdate, ...], msgspec.Meta(max_length=MAX_ROWS)]


class CreateMany(Protocol):
    """New records; `upsert_by` names the fields of a unique rule."""

    @property
    def records(self) -> Sequence[msgspec.Raw]: ...
    @property
    def mode(self) -> Mode: ...
    @property
    def upsert_by(self) -> Sequence[str]: ...
    @property
    def idempotency_key(self) -> str | None: ...


class UpdateMany(Protocol):
    """Records with their changes, or one change `data` for all that `filters` match."""

    @property
    def records(self) -> Sequence[RowOfUpdate] | None: ...
    @property
    def filters(self) -> dict[str, Any] | None: ...
    @property
    def data(self) -> msgspec.Raw | msgspec.UnsetType: ...
    @property
    def mode(self) -> Mode: ...
    @property
    def idempotency_key(self) -> str | None: ...


class DeleteMany(Protocol):
    """Ids, or all that `filters` match."""

    @property
    def entity_ids(self) -> Sequence[str] | None: ...
    @property
    def filters(self) -> dict[str, Any] | None: ...
    @property
    def mode(self) -> Mode: ...
    @property
    def idempotency_key(self) -> str | None: ...


async def create_many(
    platform: Platform, caller: Caller, running: RunningApplication, entity_type: str, asked: CreateMany
) -> Answer:
    """Create many records."""
    return await platform.entities.bulk_create(
        caller, running, entity_type, [bytes(record) for record in asked.records], mode=asked.mode,
        upsert_by=asked.upsert_by, idempotency_key=asked.idempotency_key,
    )  # fmt: skip


async def update_many(
    platform: Platform, caller: Caller, running: RunningApplication, entity_type: str | None, asked: UpdateMany
) -> Answer:
    """Change many records.

    Raises
    ------
    InvalidParams
        When a list and a filter are both given, or neither.
    """
    data = bytes(asked.data) if isinstance(asked.data, msgspec.Raw) else b""
    if asked.filters is not None:
        query = _matching(entity_type, asked.filters, asked.records is None and data != b"", asked.idempotency_key)
        return await platform.entities.bulk_update_matching(caller, running, query, data, mode=asked.mode)
    if asked.records is None or data:
        raise InvalidParams("Give either 'records', or 'filters' with 'data'.", parameter="records")
    edits = [
        Edit(id=row.entity_id, data=bytes(row.data), if_version=row.if_version, replace=row.replace)
        for row in asked.records
    ]
    return await platform.entities.bulk_update(
        caller, running, entity_type, edits, mode=asked.mode, idempotency_key=asked.idempotency_key
    )


async def delete_many(
    platform: Platform, caller: Caller, running: RunningApplication, entity_type: str | None, asked: DeleteMany
) -> Answer:
    """Delete many records.

    Raises
    ------
    InvalidParams
        When ids and a filter are both given, or neither.
    """
    if asked.filters is not None:
        query = _matching(entity_type, asked.filters, asked.entity_ids is None, asked.idempotency_key)
        return await platform.entities.bulk_delete_matching(caller, running, query, mode=asked.mode)
    if asked.entity_ids is None:
        raise InvalidParams("Give either 'entityIds' or 'filters'.", parameter="entityIds")
    return await platform.entities.bulk_delete(
        caller, running, entity_type, asked.entity_ids, mode=asked.mode, idempotency_key=asked.idempotency_key
    )


def _matching(entity_type: str | None, filters: dict[str, Any], alone: bool, key: str | None) -> Query:
    """Return the query of a bulk write by filter."""
    if not alone or entity_type is None:
        raise InvalidParams("'filters' goes with 'entityType' and not with a list of records.", parameter="filters")
    if key is not None:
        raise InvalidParams("A write by filter takes no idempotencyKey: name the records.", parameter="idempotencyKey")
    return Query(entity_type=entity_type, filters=filters)
