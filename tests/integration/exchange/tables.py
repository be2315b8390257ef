"""A shop to import into, with the service that does it, and tables in memory."""

import io
from collections.abc import Sequence
from typing import Any

from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from torque import codec
from torque.db.pool import Database
from torque.entity.exchange.readers import CsvRows, ObjectRows
from torque.entity.exchange.service import ExchangeService
from torque.entity.exchange.types import Format, ImportReport, Job
from torque.entity.types import Query
from torque.types import Caller


class Held:
    """A file in memory."""

    def __init__(self, text: str) -> None:
        self._data = text.encode()

    def open(self) -> Any:
        return io.BytesIO(self._data)


class Store(Shop):
    """A shop whose records come and go by the file."""

    def __init__(self, db: Database, document: dict[str, Any] = SHOP) -> None:
        super().__init__(db, document)
        self.exchange = ExchangeService(db, self.access, self.generations, self.bus, self.hooks)

    async def load(
        self, entity_type: str, *lines: str, caller: Caller = ADMIN, columns: dict[str, str] | None = None,
        upsert: str | None = None, **more: Any,
    ) -> ImportReport:  # fmt: skip
        rows = CsvRows(Held("\n".join(lines) + "\n"), delimiter=",")
        job = Job(entity_type=entity_type, rows=rows, columns=columns or {}, upsert=upsert)
        return await self.exchange.load(caller, self.app, [job], **more)

    async def load_objects(self, entity_type: str, objects: Sequence[Any], upsert: str | None = None) -> ImportReport:
        rows = ObjectRows(Held(codec.dumps(objects).decode()), lines=False)
        job = Job(entity_type=entity_type, rows=rows, upsert=upsert)
        return await self.exchange.load(ADMIN, self.app, [job])

    async def file(self, entity_type: str, kind: Format, caller: Caller = ADMIN, **query: Any) -> bytes:
        blocks = await self.exchange.export(caller, self.app, Query(entity_type=entity_type, **query), kind)
        return b"".join([block async for block in blocks])

    async def all(self, entity_type: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = codec.loads(await self.file(entity_type, "json"))
        return found

    async def check(self) -> None:
        """Counts, keys and links are those of the records."""
        records = await self.rows("entities")
        for name in self.app.model.entities:
            assert await self.count(name) == sum(row["entity_type"] == name for row in records), name
        links, keys = set(), set()
        for row in records:
            entity = self.app.model.entities_by_key[row["entity_type"]]
            named = {entity.fields_by_key[k].name: v for k, v in codec.loads(row["data"]).items()}
            writable = {n: v for n, v in named.items() if not entity.fields[n].read_only}
            prepared = entity.validator.create(codec.dumps(writable), "2026-01-01T00:00:00.000000Z")
            assert prepared.errors == []
            links |= {(link[0], row["id"], link[1], link[2]) for link in prepared.links}
            keys |= {(key[0], key[1], row["id"]) for key in prepared.keys}
        many = {relationship.id for relationship in self.app.model.definition.relationships}
        many -= {field.link_key for entity in self.app.model.entities.values() for field in entity.references}
        stored = [row for row in await self.rows("entity_relationships") if row["link_key"] not in many]
        assert {(r["link_key"], r["source_id"], r["target_id"], r["position"]) for r in stored} == links
        assert {(r["constraint_id"], r["value"], r["entity_id"]) for r in await self.rows("entity_keys")} == keys
