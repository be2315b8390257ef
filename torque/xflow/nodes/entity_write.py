"""EntityWrite: creates, updates and deletes records with the caller's rights, through every rule of the entity."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Literal

import msgspec

from torque import codec
from torque.errors import NotFound
from torque.xflow.context import FlowContext, NodeFailed
from torque.xflow.names import Names
from torque.xflow.node import Config, Node, Tools

Record = dict[str, Any]
Verb = Callable[[Record, int], Coroutine[Any, Any, bytes]]
_BULK = ("BulkCreate", "BulkUpdate")


class EntityWriteConfig(Config, frozen=True, kw_only=True):
    """`data_mapping` gives the record, for the bulk operations an array of them; `id` stands in it or beside it."""

    entity_type: str
    operation: Literal["Create", "Update", "Delete", "Upsert", "BulkCreate", "BulkUpdate"]
    data_mapping: dict[str, Any] | list[Any] | str = {}
    id: str | None = None
    batch_size: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


class EntityWrite(Node[EntityWriteConfig]):
    """Its result is the written record, `{id, deleted}` for Delete, an array for the bulk operations."""

    config_type = EntityWriteConfig
    keeps_time = False

    def prepare(self, config: EntityWriteConfig, names: Names) -> None:
        """Compile the mapping and check names."""
        self._entity_type, self._operation, self._batch = config.entity_type, config.operation, config.batch_size
        fields = names.entities.get(config.entity_type)
        if fields is None:
            self.problem("EntityType", f"There is no entity '{config.entity_type}'.")
        else:
            self._check_names(config.data_mapping, fields)
        if config.operation in _BULK and isinstance(config.data_mapping, dict):
            self.problem("NodeConfig", f"{config.operation} takes an array, or an expression in braces that gives one.")
        self._wanted = self.template({"data": config.data_mapping, "id": config.id})

    def _check_names(self, mapping: dict[str, Any] | list[Any] | str, fields: frozenset[str]) -> None:
        for record in mapping if isinstance(mapping, list) else [mapping]:
            for name in record if isinstance(record, dict) else ():
                if "{{" not in name and name not in fields:
                    self.problem("Field", f"{self._entity_type} has no field '{name}' to write.")

    async def run(self, flow: FlowContext, tools: Tools, seconds: float) -> bytes:
        """Write."""
        wanted = codec.loads(await tools.scripts.value(self._wanted, flow, seconds))
        writer = _Writer(self._entity_type, flow, tools)
        data = wanted.get("data")
        if self._operation in _BULK:
            if not isinstance(data, list):
                raise NodeFailed("NODE_CONFIG", f"{self._operation} needs an array, not {type(data).__name__}.")
            one = writer.create if self._operation == "BulkCreate" else writer.update
            return await self._in_batches(one, [_record(item) for item in data])
        record = _record(data)
        if wanted.get("id") is not None:
            record["id"] = wanted["id"]
        verbs = {"Create": writer.create, "Update": writer.update, "Delete": writer.delete, "Upsert": writer.upsert}
        return await verbs[self._operation](record, 0)

    async def _in_batches(self, one: Verb, records: list[Record]) -> bytes:
        """Write a batch at a time; the writes of a batch go out together, which the entity service coalesces."""
        results: list[bytes] = []
        for start in range(0, len(records), self._batch):
            batch = records[start : start + self._batch]
            writes = (one(item, start + i) for i, item in enumerate(batch))
            for answer in await asyncio.gather(*writes, return_exceptions=True):
                if isinstance(answer, BaseException):
                    raise answer
                results.append(answer)
        return b"[" + b",".join(results) + b"]"


class _Writer:
    """The verbs of one node run; `position` tells the writes of one run apart."""

    def __init__(self, entity_type: str, flow: FlowContext, tools: Tools) -> None:
        self._type = entity_type
        self._flow = flow
        self._entities = tools.entities

    async def create(self, record: Record, position: int) -> bytes:
        data = {name: value for name, value in record.items() if name != "id"}
        flow = self._flow
        answer = await self._entities.create(
            flow.caller, flow.app, self._type, data, idempotency_key=self._key(position)
        )
        return answer.result

    async def update(self, record: Record, position: int) -> bytes:
        flow, record_id = self._flow, _id(record)
        patch = {name: value for name, value in record.items() if name != "id"}
        answer = await self._entities.update(
            flow.caller, flow.app, self._type, record_id, patch, idempotency_key=self._key(position)
        )
        return answer.result

    async def upsert(self, record: Record, position: int) -> bytes:
        if record.get("id") is None:
            return await self.create(record, position)
        try:
            return await self.update(record, position)
        except NotFound:
            return await self.create(record, position)

    async def delete(self, record: Record, position: int) -> bytes:
        flow = self._flow
        answer = await self._entities.delete(
            flow.caller, flow.app, self._type, _id(record), idempotency_key=self._key(position)
        )
        return answer.result

    def _key(self, position: int) -> str | None:
        key = self._flow.write_key
        return None if key is None else f"{key}:{position}"


def _record(data: object) -> Record:
    if not isinstance(data, dict):
        raise NodeFailed("NODE_CONFIG", f"A record must be an object, not {type(data).__name__}.")
    return dict(data)


def _id(record: Record) -> str:
    value = record.get("id")
    if not isinstance(value, str) or not value:
        raise NodeFailed("NODE_CONFIG", "Which record is meant is not said: id is missing.")
    return value
