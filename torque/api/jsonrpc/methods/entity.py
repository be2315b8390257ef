"""Methods about records: loadEntityData, getEntity, createEntity, updateEntity, deleteEntity."""

import msgspec

from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.registry import Method, Params
from torque.entity.types import Answer, Query
from torque.errors import InvalidParams


class LoadEntityData(Params, frozen=True, kw_only=True):
    """Parameters of loadEntityData."""

    entity_type: str
    page: int | None = None
    limit: int = 50
    cursor: str | None = None
    sort_by: str | tuple[dict[str, str], ...] | None = None
    sort_order: str | None = None
    filters: dict[str, object] = {}
    search: str | None = None
    expand: tuple[str, ...] = ()
    fields: tuple[str, ...] | None = None


class GetEntity(Params, frozen=True, kw_only=True):
    """Parameters of getEntity."""

    entity_id: str
    entity_type: str | None = None
    expand: tuple[str, ...] = ()
    fields: tuple[str, ...] | None = None
    min_version: int | None = None


class CreateEntity(Params, frozen=True, kw_only=True):
    """Parameters of createEntity."""

    entity_type: str
    data: msgspec.Raw
    idempotency_key: str | None = None


class UpdateEntity(Params, frozen=True, kw_only=True):
    """Parameters of updateEntity: `data` is merged, or with `replace` takes the place of the whole."""

    entity_id: str
    data: msgspec.Raw
    entity_type: str | None = None
    replace: bool = False
    if_version: int | None = None
    idempotency_key: str | None = None


class DeleteEntity(Params, frozen=True, kw_only=True):
    """Parameters of deleteEntity."""

    entity_id: str
    entity_type: str | None = None
    if_version: int | None = None
    idempotency_key: str | None = None
