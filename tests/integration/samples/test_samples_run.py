"""The shipped applications run: their records are there, every page can be filled, every workflow does its work."""

from typing import Any

import msgspec
import pytest

from tests.support.databases import Databases
from torque.application.types import RunningApplication
from torque.config import Config, DatabaseSettings
from torque.db.system import SystemConfig
from torque.entity.types import Query, Sort
from torque.errors import XFlowFailed
from torque.platform import Platform
from torque.samples import NAMES, load_samples, sample_document
from torque.samples.load import BEGUN
from torque.types import Caller, RunContext

ADMIN = Caller.local("cli")


@pytest.fixture(scope="module")
async def sampled(platform: Platform) -> Platform:
    assert await load_samples(platform) == NAMES
    return platform


async def listed(platform: Platform, app: RunningApplication, entity: str, **query: Any) -> Any:
    answer = await platform.entities.list(ADMIN, app, Query(entity_type=entity, limit=100, **query))
    return msgspec.json.decode(answer.result)


async def test_a_database_that_held_models_gets_no_samples(sampled: Platform) -> None:
    assert await load_samples(sampled) == ()
    assert [model.name for model in await sampled.models.list(ADMIN)] == sorted(NAMES)


async def test_loading_that_was_cut_off_is_completed(databases: Databases, config: Config) -> None:
    url = databases.migrated()
    settings = msgspec.structs.replace(config, database=DatabaseSettings(url=url))
    platform = await Platform.open(settings, RunContext.alone())
    try:
        await SystemConfig(platform.db).set(BEGUN, True)
        await platform.models.import_document(ADMIN, sample_document(NAMES[0]))
        assert await load_samples(platform) == NAMES
        applications = await platform.applications.list(ADMIN)
        assert sorted(one.name for one in applications) == sorted(NAMES)
        await platform.applications.delete(ADMIN, NAMES[0])
        assert await load_samples(platform) == ()
    finally:
        await platform.close()
        databases.drop(url)


async def test_a_database_whose_models_were_all_deleted_gets_no_samples(databases: Databases, config: Config) -> None:
    url = databases.migrated()
    settings = msgspec.structs.replace(config, database=DatabaseSettings(url=url))
    platform = await Platform.open(settings, RunContext.alone())
    try:
        made = await platform.models.create(ADMIN, "mine")
        await platform.models.delete(ADMIN, made.id)
        assert await load_samples(platform) == ()
        assert list(await platform.models.list(ADMIN)) == []
    finally:
        await platform.close()
        databases.drop(url)


async def test_the_sample_records_are_loaded(sampled: Platform) -> None:
    counts = {"todo": {"todo": 5}, "customer-orders": {"customer": 12, "order": 40}}
    for name, entities in counts.items():
        app = await sampled.catalog.get(name)
        for entity, count in entities.items():
            assert (await listed(sampled, app, entity))["pagination"]["total"] == count


@pytest.mark.parametrize("name", NAMES)
async def test_every_grid_of_a_sample_can_be_filled(sampled: Platform, name: str) -> None:
    app = await sampled.catalog.get(name)
    for page in app.model.pages:
        answer = await sampled.applications.load_page(ADMIN, app, page)
        for component in msgspec.json.decode(answer.result)["components"]:
            props = component["props"]
            if component["type"] != "DataGrid":
                continue
            order = props.get("sort")
            sort = (Sort(order["field"], order["direction"] == "desc"),) if order else ()
            expand = tuple(c["field"] for c in props["columns"] if c.get("type") == "Reference")
            found = await listed(
                sampled, app, props["entityType"], filters=props.get("filters", {}), sort=sort, expand=expand
            )
            assert found["data"], component["id"]
            assert set(found["included"] or {}) == ({"customer"} if expand else set())


@pytest.mark.parametrize("name", NAMES)
async def test_nothing_is_wrong_with_the_workflows_of_a_sample(sampled: Platform, name: str) -> None:
    app = await sampled.catalog.get(name)
    for flow in app.model.xflows:
        assert sampled.xflows.validate(ADMIN, app, flow) == ()


async def test_exporting_todos_gives_a_file(sampled: Platform) -> None:
    app = await sampled.catalog.get("todo")
    execution = await sampled.xflows.execute(ADMIN, app, "export_todos")
    output: Any = execution.output
    assert (output["filename"], output["content_type"]) == ("todos.csv", "text/csv")
    lines = output["content"].split("\r\n")
    assert lines[0] == "label,status,created_at"
    assert {line.split(",")[0] for line in lines[1:-1]} >= {"Buy groceries", "Renew the library card"}


async def test_exporting_open_orders_gives_a_file(sampled: Platform) -> None:
    app = await sampled.catalog.get("customer-orders")
    output: Any = (await sampled.xflows.execute(ADMIN, app, "export_open_orders")).output
    lines = output["content"].split("\r\n")[1:-1]
    assert len(lines) == 20
    assert all(line.split(",")[1] in ("pending", "confirmed", "processing", "shipped") for line in lines)


async def test_an_order_moves_only_the_ways_that_are_allowed(sampled: Platform) -> None:
    app = await sampled.catalog.get("customer-orders")
    order = (await listed(sampled, app, "order", filters={"status": "draft"}))["data"][0]
    moved = await sampled.xflows.execute(ADMIN, app, "move_order", {"order_id": order["id"], "status": "pending"})
    assert moved.output == {"id": order["id"], "status": "pending"}
    with pytest.raises(XFlowFailed, match="A pending order can become confirmed or cancelled"):
        await sampled.xflows.execute(ADMIN, app, "move_order", {"order_id": order["id"], "status": "delivered"})
    now = msgspec.json.decode((await sampled.entities.get(ADMIN, app, "order", order["id"])).result)
    assert now["status"] == "pending"


async def test_the_pending_order_that_waits_longest_is_confirmed(sampled: Platform) -> None:
    app = await sampled.catalog.get("customer-orders")
    waiting = (await listed(sampled, app, "order", filters={"status": "pending"}))["data"]
    oldest = min(waiting, key=lambda order: str(order["order_date"]))
    done = await sampled.xflows.execute(ADMIN, app, "confirm_next_order")
    assert done.output == {"confirmed": oldest["number"]}
