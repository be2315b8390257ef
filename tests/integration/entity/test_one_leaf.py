"""Every statement about records names its application, so that it goes to one leaf: the plans of a day's work."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.integration.entity.spoken import spoken
from tests.integration.entity.test_many import many
from tests.integration.entity.workshop import ADMIN, SHOP, entity, field
from tests.integration.exchange.tables import Store
from torque import codec
from torque.db.pool import Database
from torque.entity import batch
from torque.entity.exchange.lookup import Q
from torque.entity.outbox import Outbox
from torque.entity.query.aggregate import Aggregate, Group, Metric
from torque.entity.repair.service import Repair
from torque.entity.types import Query, Sort
from torque.entity.write.bulk_types import Edit
from torque.observe import Observer
from torque.types import utc_now

HOOKS = [{"event": event, "xflow": "x"} for event in ("AfterCreate", "AfterUpdate", "AfterDelete")]
BUSY: dict[str, Any] = {
    **SHOP,
    "entities": [
        *({**one, "lifecycle_hooks": HOOKS} if one["name"] == "customer" else one for one in SHOP["entities"]),
        entity("quiet", field("text", "String", unique=True), behavior={"auditing": {"enabled": False}}),
        entity("tag", field("label", "String", unique=True)),
    ],
    "relationships": [*SHOP["relationships"], many("tags", "customer", "tag", "Delete", to_field="customers")],
}
LEAVES = ("entities_", "entity_relationships_")
BESIDE = ("entity_keys", "entity_counts", "idempotency_keys", "outbox", "audit_log")
GLOBAL = (batch.Q.drop_old_keys, batch.Q.due_applications)
"""What is asked about all applications at once: which keys are too old, and who has letters."""


class Catalogue:
    """Knows the application of one store."""

    def __init__(self, store: Store) -> None:
        self._app = store.app

    async def get(self, _ref: str) -> Any:
        return self._app

    def peek(self, _ref: str) -> Any:
        return self._app


async def write(store: Store) -> list[str]:
    """Write in every way there is; return the ids of records that are left."""
    entities, app = store.entities, store.app
    tag = await store.create("tag", label="a")
    made = await entities.create(ADMIN, app, "customer", {"name": "Ada", "email": "a@x", "tags": [tag["id"]]})
    ada = codec.loads(made.result)["id"]
    eve = codec.loads((await entities.create(ADMIN, app, "customer", {"name": "Eve"}, idempotency_key="k")).result)[
        "id"
    ]
    order = (await store.create("order", number=1, customer_id=ada, payer_id=eve))["id"]
    await store.create("line", text="x", order_id=order)
    quiet = (await store.create("quiet", text="a"))["id"]
    await store.update(quiet, text="b")
    await store.update(ada, email="b@x", parent_id=eve, tags=[])
    await entities.update(ADMIN, app, None, ada, {"email": None, "parent_id": None}, idempotency_key="u")
    await entities.update(ADMIN, app, None, order, {"number": 2, "payer_id": None}, replace=False, if_version=1)
    await entities.create(ADMIN, app, "tag", {"label": "a"}, upsert_by=("label",))
    for mode in ("atomic", "perRow"):
        rows = [codec.dumps({"name": f"{mode} {n}", "email": f"{mode}{n}@x", "parent_id": eve}) for n in range(3)]
        found = await entities.bulk_create(ADMIN, app, "customer", rows, mode=mode, idempotency_key=mode)
        ids = [one["record"]["id"] for one in codec.loads(found.result)["results"]]
        edits = [Edit(id=record_id, data=b'{"kind":"wholesale","parent_id":null}') for record_id in ids]
        await entities.bulk_update(ADMIN, app, None, edits, mode=mode)
        await entities.bulk_delete(ADMIN, app, None, ids, mode=mode)
    await entities.bulk_create(ADMIN, app, "tag", [b'{"label":"a"}', b'{"label":"c"}'], upsert_by=("label",))
    await store.load("customer", "name,email,tags", "Bob,bob@x,a", "Cy,cy@x,c")
    await store.load("customer", "name,email", "Bobby,bob@x", "Dan,dan@x", upsert="email")
    return [ada, eve, order, quiet]


async def read(store: Store, ids: list[str], moment: str) -> None:
    """Read in every way there is."""
    entities, app = store.entities, store.app
    for record_id in ids:
        await store.get(record_id)
    await store.get(ids[2], expand=("customer_id",))
    asked = Query(
        entity_type="order", filters={"customer_id.name": "Ada"}, sort=(Sort("number"),), expand=("payer_id",)
    )
    await entities.list(ADMIN, app, asked)
    page = codec.loads((await entities.list(ADMIN, app, Query(entity_type="customer", limit=1))).result)
    cursor = page["pagination"]["nextCursor"]
    await entities.list(ADMIN, app, Query(entity_type="customer", limit=1, cursor=cursor))
    await entities.list(ADMIN, app, Query(entity_type="customer", search="ada", filters={"tags": None}))
    await entities.find(ADMIN, app, Query(entity_type="customer"), as_of=moment)
    groups, metrics = (Group(field="customer_id.kind"),), (Metric(op="count"), Metric(op="max", field="number"))
    await entities.aggregate(ADMIN, app, Aggregate(entity_type="order", group_by=groups, metrics=metrics))
    await entities.relationships(ADMIN, app, ids[0])
    await entities.history(ADMIN, app, None, ids[0])
    await entities.get_as_of(ADMIN, app, None, ids[0], utc_now())
    await store.file("customer", "csv")
    await Repair(store.db, entities, ADMIN, app, dry=False).run(lambda seen: None)


async def delete(store: Store, ids: list[str]) -> None:
    """Delete in every way there is: in a statement, in a transaction, as a job; and bring one back."""
    ada, eve, _, quiet = ids
    await store.entities.delete(ADMIN, store.app, None, quiet, idempotency_key="q")
    await store.delete(ada)
    await store.entities.restore(ADMIN, store.app, "customer", ada)
    for number in range(4):
        made = await store.create("order", number=number, customer_id=eve)
        await store.create("line", text="x", order_id=made["id"])
        await store.create("order", number=9 + number, payer_id=eve)
    store.entities._deletion.at_once = 3
    assert (await store.delete(eve))["job"] is not None
    removals = store.entities._deletion.removals
    while removals._tasks:
        await asyncio.wait(set(removals._tasks))
    await removals.take_over(store.app)
    await Outbox(store.db, Catalogue(store), store.hooks, store.bus, Observer()).deliver()


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the parts of a plan that look into a table."""
    if "Relation Name" in plan and plan["Node Type"] != "ModifyTable":
        yield plan
    for part in plan.get("Plans", ()):
        yield from scans(part)


async def plans(db: Database, asked: dict[str, Any]) -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """Yield statements, each with what its plan looks into."""
    async with db.transaction() as connection:
        for table in (Q.hold_links, Q.hold_owners):
            await connection.execute(table)
        for text, args in asked.items():
            if text.lstrip().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
                said = json.loads(await connection.fetchval(f"EXPLAIN (FORMAT JSON) {text}", *args))
                yield text, list(scans(said[0]["Plan"]))


async def test_no_statement_of_a_day_looks_into_more_than_one_leaf(
    database_url: str, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with spoken(database_url, monkeypatch) as (listened, heard):
        store = Store(listened, BUSY)
        ids = await write(store)
        await read(store, ids, utc_now())
        await delete(store, ids)
    seen = 0
    async for text, looks in plans(db, {one.query: one.args for one in heard}):
        leaves = {one["Relation Name"] for one in looks if one["Relation Name"].startswith(LEAVES)}
        for table in LEAVES:
            assert sum(leaf.startswith(table) for leaf in leaves) <= 1, text
        for one in looks:
            if one["Relation Name"].startswith(BESIDE) and text not in GLOBAL and "Tid" not in one["Node Type"]:
                assert "application_id" in str(one), text
        seen += bool(leaves)
    assert seen > 30, "nothing was looked at"
