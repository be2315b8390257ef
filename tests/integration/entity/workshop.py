"""A small shop model and an entity engine on a real database, without the rest of the platform."""

from typing import Any

import msgspec

from torque import codec
from torque.access.service import AccessService
from torque.application.types import Application, RunningApplication
from torque.bus import Bus
from torque.db.pool import Database
from torque.entity.hooks import Hooks
from torque.entity.service import EntityService
from torque.events import RecordsChanged
from torque.model.compile import compile_model
from torque.model.definition.model import Model
from torque.native import Generations
from torque.observe import Observer
from torque.types import Caller, new_id

ADMIN = Caller.local("test")
GUEST = Caller.anonymous("test")


def field(name: str, kind: str, **more: Any) -> dict[str, Any]:
    """Return the definition of a field; `type_` members go into its type."""
    of_type = {key[5:]: more.pop(key) for key in list(more) if key.startswith("type_")}
    return {"id": f"f_{name}", "name": name, "field_type": {"type": kind, **of_type}, **more}


def reference(name: str, entity: str, **more: Any) -> dict[str, Any]:
    """Return the definition of a reference."""
    return field(name, "Reference", type_entity=entity, **more)


def entity(name: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the definition of an entity whose field ids are its own."""
    own = [{**one, "id": f"{name}_{one['id']}"} for one in fields]
    return {"id": f"e_{name}", "name": name, "fields": own, **more}


def link(name: str, owner: str, column: str, target: str, cascade: str) -> dict[str, Any]:
    """Return a many-to-one relationship."""
    return {
        "id": f"r_{name}", "name": name, "type": "ManyToOne", "from_entity": owner, "to_entity": target,
        "from_field": column, "cascade": cascade,
    }  # fmt: skip


SHOP: dict[str, Any] = {
    "format": "torque/1",
    "name": "shop",
    "entities": [
        entity(
            "customer",
            field("name", "String", required=True, type_max_length=80),
            field("email", "String", unique=True),
            field("kind", "Enum", type_values=["retail", "wholesale"], default_value="retail"),
            field("credit", "Decimal", type_scale=2, type_min=0),
            reference("parent_id", "customer"),
        ),
        entity(
            "order",
            field("number", "Integer", required=True),
            field("placed", "DateTime"),
            field("day", "Date"),
            field("weight", "Float"),
            field("paid", "Boolean", default_value=False),
            field("tags", "Array", type_element_type={"type": "String"}),
            field("note", "String"),
            reference("customer_id", "customer"),
            reference("payer_id", "customer"),
            constraints=[
                {
                    "id": "c_number", "type": "UniqueKey", "name": "number_of_customer",
                    "fields": ["number", "customer_id"], "message": "This customer has an order of that number",
                }
            ],
        ),
        entity("line", field("text", "String"), reference("order_id", "order", required=True)),
        entity("memo", field("text", "String"), reference("customer_id", "customer")),
        entity("invoice", field("sum", "Decimal"), reference("order_id", "order")),
        entity(
            "group",
            field("title", "String"),
            field("members", "Array", type_element_type={"type": "Reference", "entity": "customer"}),
        ),
    ],
    "relationships": [
        link("lines", "line", "order_id", "order", "Delete"),
        link("orders", "order", "customer_id", "customer", "Delete"),
        link("payer", "order", "payer_id", "customer", "SetNull"),
        link("memos", "memo", "customer_id", "customer", "SetNull"),
        link("members", "group", "members", "customer", "SetNull"),
        link("invoices", "invoice", "order_id", "order", "Restrict"),
    ],
}  # fmt: skip


class Shop:
    """One application of a model with the engine that serves it.

    Parameters
    ----------
    generations
        Shared between engines to play several workers of one run.
    """

    def __init__(
        self, db: Database, document: dict[str, Any] = SHOP, generations: Generations | None = None, app_id: str = ""
    ) -> None:
        self.db = db
        self.generations = generations or Generations()
        self.bus = Bus(Observer())
        self.hooks = Hooks()
        self.access = AccessService(db, self.generations, self.bus)
        self.entities = EntityService(db, self.access, self.generations, self.bus, self.hooks, Observer())
        self.events: list[RecordsChanged] = []
        self.bus.on(RecordsChanged, self.events.append)
        self.app = self.application(document, app_id or new_id())

    def application(self, document: dict[str, Any], app_id: str) -> RunningApplication:
        model_id = new_id()
        model = compile_model(msgspec.convert(document, Model), model_id=model_id, revision=1)
        slot = self.generations.slot
        return RunningApplication(
            id=app_id,
            application=Application(
                id=app_id, model_id=model_id, model_revision=None, name="shop", label="Shop", status="running",
                config={}, created_at="", updated_at="",
            ),
            model=model,
            stamp=self.generations.read([slot("catalogue", app_id), slot("model", model_id)]),
        )  # fmt: skip

    async def create(self, entity_type: str, caller: Caller = ADMIN, **data: Any) -> dict[str, Any]:
        answer = await self.entities.create(caller, self.app, entity_type, data)
        return dict(codec.loads(answer.result))

    async def update(self, record_id: str, caller: Caller = ADMIN, **patch: Any) -> dict[str, Any]:
        answer = await self.entities.update(caller, self.app, None, record_id, patch)
        return dict(codec.loads(answer.result))

    async def get(self, record_id: str, caller: Caller = ADMIN, **more: Any) -> dict[str, Any]:
        answer = await self.entities.get(caller, self.app, None, record_id, **more)
        return dict(codec.loads(answer.result))

    async def delete(self, record_id: str, caller: Caller = ADMIN) -> dict[str, Any]:
        answer = await self.entities.delete(caller, self.app, None, record_id)
        return dict(codec.loads(answer.result))

    async def rows(self, table: str) -> list[dict[str, Any]]:
        found = await self.db.fetch(f"SELECT * FROM {table} WHERE application_id = $1", self.app.id)
        return [dict(row) for row in found]

    async def count(self, entity_type: str) -> int:
        sql = "SELECT coalesce(sum(n), 0) FROM entity_counts WHERE application_id = $1 AND entity_type = $2"
        return int(await self.db.fetchval(sql, self.app.id, entity_type))
