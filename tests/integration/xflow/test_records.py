"""Workflows read and write records with their caller's rights and under every rule of the entity."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.xflow.flows import document, flow
from torque import codec
from torque.application.types import RunningApplication
from torque.entity.types import Query
from torque.platform import Platform
from torque.types import Caller

LOCAL = Caller.local("cli")
START, END = ("Start", {}), ("End", {})


def write(flow_id: str, operation: str, mapping: Any, **node: Any) -> dict[str, Any]:
    """Write a workflow of one EntityWrite."""
    config = {"entity_type": "note", "operation": operation, "data_mapping": mapping, **node.pop("config", {})}
    nodes = {"start": START, "write": ("EntityWrite", config, node), "end": END}
    return flow(flow_id, nodes, ["start>write", "write>end"])


def read(flow_id: str, **config: Any) -> dict[str, Any]:
    """Write a workflow of one EntityRead."""
    nodes = {"start": START, "read": ("EntityRead", {"entity_type": "note", **config}), "end": END}
    return flow(flow_id, nodes, ["start>read", "read>end"])


FLOWS = [
    write("create", "Create", {"label": "{{ input.label }}", "rank": "{{ input.rank }}"}),
    write("create_again", "Create", {"label": "again"}, retry={"attempts": 1, "backoff_ms": 1}),
    write("update", "Update", {"rank": "{{ input.rank }}"}, config={"id": "{{ input.id }}"}),
    write("delete", "Delete", {"id": "{{ input.id }}"}),
    write("upsert", "Upsert", "{{ input }}"),
    write("bulk_create", "BulkCreate", "{{ input.rows.map(r => ({label: r, rank: 1})) }}", config={"batch_size": 2}),
    write("bulk_update", "BulkUpdate", "{{ input.rows }}"),
    read("one", id="{{ input.id }}"),
    read("ranked", filters={"rank": {"ge": "{{ input.least }}"}}, sort={"field": "rank", "order": "desc"}, limit=2),
    read("sorted_up", sort="rank"),
    flow(
        "export",
        {
            "start": START,
            "read-all": ("EntityRead", {"entity_type": "note", "sort": "label", "limit": 1000}),
            "csv": (
                "JavaScript",
                {
                    "code": "return {filename: 'notes.csv', content_type: 'text/csv',"
                    " content: node_read_all.map(n => n.label).join('\\n')}"
                },
            ),
            "end": END,
        },
        ["start>read-all", "read-all>csv", "csv>end"],
    ),
]


@pytest.fixture(scope="module")
async def model(platform: Platform) -> str:
    """The id of the model of the workflows, with a role that sees records of a low rank only."""
    rights = {"note": {"read": True, "where": {"rank": {"lt": 3}}}}
    roles = [{"id": "reader", "name": "reader", "xflows": ["create", "ranked"], "entities": rights}]
    return (await platform.models.import_document(LOCAL, document("notes", FLOWS, roles=roles))).model.id


@pytest.fixture
async def app(platform: Platform, model: str) -> AsyncIterator[RunningApplication]:
    """A fresh application of the workflows; other tests' records are not in it."""
    made = await platform.applications.create(LOCAL, model)
    yield await platform.catalog.get(made.id)
    await platform.applications.delete(LOCAL, made.id)


async def run(platform: Platform, app: RunningApplication, ref: str, given: Any = None) -> Any:
    """Run a workflow that succeeds; return its output."""
    return (await platform.xflows.execute(LOCAL, app, ref, given)).output


async def labels(platform: Platform, app: RunningApplication) -> list[str]:
    """Return what is stored."""
    answer = await platform.entities.query(LOCAL, app, Query(entity_type="note"))
    return sorted(record["label"] for record in codec.loads(answer.result))


async def test_records_are_created_updated_read_and_deleted(platform: Platform, app: RunningApplication) -> None:
    made = await run(platform, app, "create", {"label": "milk", "rank": 1})
    assert (made["label"], made["rank"], made["version"]) == ("milk", 1, 1)
    assert (await run(platform, app, "update", {"id": made["id"], "rank": 5}))["rank"] == 5
    assert (await run(platform, app, "one", {"id": made["id"]}))["rank"] == 5
    await run(platform, app, "delete", {"id": made["id"]})
    assert await run(platform, app, "one", {"id": made["id"]}) is None
    assert await run(platform, app, "one", {}) is None


async def test_filters_sort_and_limit_choose(platform: Platform, app: RunningApplication) -> None:
    for rank in range(5):
        await run(platform, app, "create", {"label": f"r{rank}", "rank": rank})
    assert [note["rank"] for note in await run(platform, app, "ranked", {"least": 1})] == [4, 3]
    assert [note["rank"] for note in await run(platform, app, "sorted_up")] == [0, 1, 2, 3, 4]


async def test_many_records_are_written_in_their_order(platform: Platform, app: RunningApplication) -> None:
    names = [f"n{i}" for i in range(5)]
    made = await run(platform, app, "bulk_create", {"rows": names})
    assert [note["label"] for note in made] == names
    changed = [{"id": note["id"], "rank": 9} for note in made]
    assert {note["rank"] for note in await run(platform, app, "bulk_update", {"rows": changed})} == {9}


async def test_upsert_updates_what_is_there_and_creates_what_is_not(
    platform: Platform, app: RunningApplication
) -> None:
    made = await run(platform, app, "upsert", {"label": "a"})
    again = await run(platform, app, "upsert", {"id": made["id"], "label": "b"})
    assert (again["id"], again["label"]) == (made["id"], "b")
    assert await labels(platform, app) == ["b"]


async def test_a_record_that_breaks_rules_fails_the_node_with_all_errors(
    platform: Platform, app: RunningApplication
) -> None:
    done = await platform.xflows.run(LOCAL, app, "create", {"label": "x" * 21, "rank": "many"})
    assert done.error is not None
    assert (done.error["code"], done.error["node_id"]) == ("VALIDATION_FAILED", "write")
    assert {error["path"] for error in done.error["details"]["errors"]} == {"/label", "/rank"}
    assert await labels(platform, app) == []


async def test_a_write_that_may_be_tried_again_happens_once(platform: Platform, app: RunningApplication) -> None:
    await run(platform, app, "create_again")
    await run(platform, app, "create_again")
    assert await labels(platform, app) == ["again", "again"]


async def test_a_workflow_has_no_more_rights_than_its_caller(platform: Platform, app: RunningApplication) -> None:
    for rank in (2, 4):
        await run(platform, app, "create", {"label": f"r{rank}", "rank": rank})
    reader = Caller(id="r", name="r", roles=("reader",), protocol="jsonrpc")
    seen = await platform.xflows.execute(reader, app, "ranked", {"least": 0})
    assert [note["rank"] for note in seen.output] == [2]
    refused = await platform.xflows.run(reader, app, "create", {"label": "no"})
    assert refused.error is not None
    assert refused.error["code"] in ("FORBIDDEN", "NOT_FOUND")
    assert await labels(platform, app) == ["r2", "r4"]


async def test_a_file_is_what_a_script_makes_of_records(platform: Platform, app: RunningApplication) -> None:
    await run(platform, app, "bulk_create", {"rows": ["b", "a"]})
    assert await run(platform, app, "export") == {
        "filename": "notes.csv",
        "content_type": "text/csv",
        "content": "a\nb",
    }
