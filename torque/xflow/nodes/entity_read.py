"""EntityRead: records of one entity, as far as the caller may see them."""

from typing import Any

import msgspec

from torque.entity.types import Query, Sort
from torque.errors import NotFound
from torque.xflow.context import FlowContext, NodeFailed
from torque.xflow.names import Names, unknown_fields
from torque.xflow.node import Config, Node, Tools

SortConfig = str | dict[str, str] | list[str | dict[str, str]] | None
"""A field, or `{field, order}`, or a list of them."""


class EntityReadConfig(Config, frozen=True, kw_only=True):
    """`id` reads one record; else filters, sort and limit choose. All may hold `{{ }}`.

    Reads go through the entity service, which caches where that is safe: `use_cache` is taken and changes nothing.
    """

    entity_type: str
    filters: dict[str, Any] | str = {}
    sort: SortConfig = None
    limit: int | str = 100
    id: str | None = None
    use_cache: bool = True


class _Wanted(msgspec.Struct):
    """The config with its templates filled in."""

    filters: dict[str, Any] = {}
    sort: SortConfig = None
    limit: int = 100
    id: str | None = None


class EntityRead(Node[EntityReadConfig]):
    """Its result is an array; with `id`, one record or null."""

    config_type = EntityReadConfig
    keeps_time = False

    def prepare(self, config: EntityReadConfig, names: Names) -> None:
        """Compile the templates as one and check names."""
        self._entity_type = config.entity_type
        self._single = config.id is not None
        fields = names.entities.get(config.entity_type)
        if fields is None:
            self.problem("EntityType", f"There is no entity '{config.entity_type}'.")
        elif isinstance(config.filters, dict):
            for name in unknown_fields(config.filters, fields):
                self.problem("Field", f"{config.entity_type} has no field '{name}' to filter by.")
        wanted = {"filters": config.filters, "sort": config.sort, "limit": config.limit, "id": config.id}
        self._wanted = self.template(wanted)

    async def run(self, flow: FlowContext, tools: Tools, seconds: float) -> bytes:
        """Read the records."""
        try:
            wanted = msgspec.json.decode(await tools.scripts.value(self._wanted, flow, seconds), type=_Wanted)
        except msgspec.ValidationError as error:
            raise NodeFailed("NODE_CONFIG", f"The config does not fit once it is filled in: {error}.") from error
        if self._single:
            return await self._one(wanted.id, flow, tools)
        query = Query(
            entity_type=self._entity_type, filters=wanted.filters, sort=_sorts(wanted.sort), limit=wanted.limit
        )
        return (await tools.entities.query(flow.caller, flow.app, query)).result

    async def _one(self, record_id: str | None, flow: FlowContext, tools: Tools) -> bytes:
        if not record_id:
            return b"null"
        try:
            return (await tools.entities.get(flow.caller, flow.app, self._entity_type, record_id)).result
        except NotFound:
            return b"null"


def _sorts(sort: SortConfig) -> tuple[Sort, ...]:
    if sort is None:
        return ()
    keys = sort if isinstance(sort, list) else [sort]
    return tuple(
        Sort(key) if isinstance(key, str) else Sort(key.get("field", ""), key.get("order", "asc").lower() == "desc")
        for key in keys
    )
