"""Idempotency keys of workflows: run once, answered as often as asked."""

import asyncio
import json

import pytest

from tests.integration.api.tokens import make_token
from tests.integration.xflow.flows import document, flow, script
from torque.api.jsonrpc.endpoint import JsonRpcEndpoint
from torque.application.types import RunningApplication
from torque.config import Config
from torque.entity.requests import repeat_of
from torque.entity.types import Query
from torque.errors import Conflict, InvalidParams, XFlowFailed
from torque.platform import Platform
from torque.types import Caller, new_id
from torque.xflow.store import ExecutionStore

LOCAL = Caller.local("cli")
WRITE = {"operation": "Create", "entity_type": "note", "data_mapping": {"label": "{{ input.label }}"}}
FLOWS = [
    flow("note_down", {"start": ("Start", {}), "write": ("EntityWrite", WRITE), "end": ("End", {})},
         ["start>write", "write>end"]),
    script("fails", "throw new Error('no ' + input.n)"),
]  # fmt: skip


@pytest.fixture(scope="module")
async def app(platform: Platform) -> RunningApplication:
    imported = await platform.models.import_document(LOCAL, document("repeats", FLOWS))
    made = await platform.applications.run(LOCAL, imported.model.id)
    return await platform.catalog.get(made.id)


async def notes(platform: Platform, app: RunningApplication, label: str) -> int:
    answer = await platform.entities.list(LOCAL, app, Query(entity_type="note", filters={"label": label}))
    return int(json.loads(answer.result)["pagination"]["total"])


async def test_asking_again_gives_the_answer_of_the_first_time(platform: Platform, app: RunningApplication) -> None:
    run = platform.xflows.execute
    first = await run(LOCAL, app, "note_down", {"label": "once"}, idempotency_key="k1")
    again = await run(LOCAL, app, "note_down", {"label": "once"}, idempotency_key="k1")
    assert (again.id, again.status, again.output) == (first.id, "succeeded", first.output)
    assert await notes(platform, app, "once") == 1
    other = await run(LOCAL, app, "note_down", {"label": "once"}, idempotency_key="k2")
    assert other.id != first.id


async def test_a_failure_is_answered_again_as_the_same_failure(platform: Platform, app: RunningApplication) -> None:
    told = []
    for _ in range(2):
        with pytest.raises(XFlowFailed, match="no 7") as caught:
            await platform.xflows.execute(LOCAL, app, "fails", {"n": 7}, idempotency_key="k3")
        told.append(caught.value.details)
    assert told[0] == told[1]


@pytest.mark.covers("error:CONFLICT")
async def test_a_key_belongs_to_its_parameters(platform: Platform, app: RunningApplication) -> None:
    await platform.xflows.execute(LOCAL, app, "note_down", {"label": "a"}, idempotency_key="k4")
    for flow_id, value in (("note_down", {"label": "b"}), ("fails", {"label": "a"})):
        with pytest.raises(Conflict, match="used for another request"):
            await platform.xflows.execute(LOCAL, app, flow_id, value, idempotency_key="k4")
    with pytest.raises(InvalidParams, match="1 to 200"):
        await platform.xflows.execute(LOCAL, app, "note_down", {"label": "a"}, idempotency_key="")


async def test_of_many_that_ask_at_once_one_runs_it(platform: Platform, app: RunningApplication) -> None:
    asked = [
        platform.xflows.execute(LOCAL, app, "note_down", {"label": "crowd"}, idempotency_key="k5") for _ in range(8)
    ]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert len({answer.id for answer in answers if not isinstance(answer, BaseException)}) == 1
    assert all(isinstance(answer, Conflict) for answer in answers if isinstance(answer, BaseException))
    assert await notes(platform, app, "crowd") == 1


async def test_a_key_whose_execution_was_lost_with_its_server_runs_nothing(
    platform: Platform, app: RunningApplication
) -> None:
    repeat = repeat_of(LOCAL, "executeXFlow", "k6", ("note_down", {"label": "lost"}))
    assert repeat is not None
    assert await ExecutionStore(platform.db).claim(app.id, repeat, new_id())
    with pytest.raises(Conflict, match="has not ended, or ended with its server"):
        await platform.xflows.execute(LOCAL, app, "note_down", {"label": "lost"}, idempotency_key="k6")
    assert await notes(platform, app, "lost") == 0


async def test_the_key_goes_over_the_wire(platform: Platform, app: RunningApplication, config: Config) -> None:
    token = await make_token(config.database.url)
    params = {"xflowId": "note_down", "input": {"label": "wire"}, "idempotencyKey": "k7"}
    call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "executeXFlow", "params": params}).encode()
    endpoint = JsonRpcEndpoint(platform)
    replies = [await endpoint.handle(call, f"Bearer {token}", None, app.id) for _ in range(2)]
    first, again = (json.loads(reply.body or b"")["result"] for reply in replies)
    assert first == again
    assert await notes(platform, app, "wire") == 1
