"""Everything that an answer depends on makes it a miss: kept by one worker, changed by the other, asked again.

Each case names what is asked, and the one change that must be seen. The answer is proven to be kept before.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.integration.faults.two_workers import LOCAL, Desk, grants, open_desks
from torque.config import Config
from torque.platform import Platform
from torque.types import RunContext

Question = tuple[str, dict[str, Any]]
Act = Callable[[], Awaitable[object]]


class World:
    """Two workers, two tokens, and records of each test's own."""

    def __init__(self, here: Desk, there: Desk, admin: str, clerk: str) -> None:
        self.here = here
        self.there = there
        self.admin = admin
        self.clerk = clerk

    async def records(self) -> None:
        """Make a customer, one who pays, their order, its line, and a group with the customer in it."""
        create = self.there.create
        self.customer = await create("customer", name="Ada", kind="retail")
        self.payer = await create("customer", name="Bob")
        self.order = await create("order", number=1, customer_id=self.customer, payer_id=self.payer)
        self.line = await create("line", text="one", order_id=self.order)
        self.group = await create("group", title="friends", members=[self.customer, self.payer])

    async def grow_old(self) -> None:
        """Let the records be older than those of which is said again, at any touch, that they were written."""
        sql = "UPDATE entities SET updated_at = updated_at - interval '1 hour' WHERE application_id = $1"
        await self.there.platform.db.execute(sql, (await self.there.app()).id)

    async def must_be_seen(self, token: str, question: Question, act: Act) -> tuple[Any, Any]:
        """Let one worker keep an answer, do something at the other, and return both answers, which must differ."""
        method, params = question
        before = _timeless(await self.here.ask(token, method, params))
        assert _timeless(await self.here.ask(token, method, params)) == before
        assert self.here.kept(token, method, params) is not None, "the answer must be kept for this to prove anything"
        await act()
        await self.here.ask(token, "getFormDefinition", {"entityType": "line"})  # teaches the native path anew
        after = _timeless(await self.here.ask(token, method, params))
        assert after != before
        assert after == _timeless(await self.there.ask(token, method, params))
        return before, after


def _timeless(answer: dict[str, Any]) -> dict[str, Any]:
    """Take out when a page was made."""
    result = answer.get("result")
    if isinstance(result, dict) and "meta" in result:
        result["meta"].pop("generatedAt", None)
    return answer


@pytest.fixture(scope="module")
async def desks(config: Config) -> AsyncIterator[tuple[Desk, Desk]]:
    """The two workers."""
    opened = await open_desks(config)
    yield opened
    for desk in opened:
        await desk.platform.close()


@pytest.fixture
async def world(desks: tuple[Desk, Desk]) -> World:
    """Records and tokens of one test."""
    here, there = desks
    _, admin = await there.platform.access.create_token(LOCAL, "admin", "admin")
    _, clerk = await there.platform.access.create_token(LOCAL, "clerk", "clerk")
    made = World(here, there, admin, clerk)
    await made.records()
    return made


def of(world: World, **params: Any) -> Question:
    return "loadEntityData", {"entityType": "order", "filters": {"customer_id": world.customer}, **params}


async def test_a_record_depends_on_itself(world: World) -> None:
    question = ("getEntity", {"entityId": world.order})
    await world.must_be_seen(world.admin, question, lambda: world.there.update(world.order, note="new"))
    await world.must_be_seen(world.admin, question, lambda: world.there.delete(world.order))


@pytest.mark.parametrize("field", ["customer_id", "payer_id"])
async def test_a_record_depends_on_what_it_expands(world: World, field: str) -> None:
    target = world.customer if field == "customer_id" else world.payer
    question = ("getEntity", {"entityId": world.order, "expand": [field]})
    await world.must_be_seen(world.admin, question, lambda: world.there.update(target, name="Renamed"))
    await world.must_be_seen(world.admin, question, lambda: world.there.update(world.order, note="new"))


async def test_a_record_depends_on_a_reference_that_its_target_takes_along(world: World) -> None:
    for record in (world.order, world.group):
        question = ("getEntity", {"entityId": record})
        before = await world.here.ask(world.admin, *question)
        assert world.here.kept(world.admin, *question) is not None
        assert world.payer in str(before)
    await world.there.delete(world.payer)
    for record in (world.order, world.group):
        assert world.payer not in str(await world.here.ask(world.admin, "getEntity", {"entityId": record}))


async def test_a_record_depends_on_whatever_takes_it_along(world: World) -> None:
    question = ("getEntity", {"entityId": world.line})
    _, after = await world.must_be_seen(world.admin, question, lambda: world.there.delete(world.customer))
    assert after["error"]["code"] == -32004


async def test_a_list_depends_on_every_record_of_its_type(world: World) -> None:
    await world.must_be_seen(world.admin, of(world), lambda: world.there.update(world.order, note="new"))

    async def another() -> None:
        await world.there.create("order", number=2, customer_id=world.customer)

    _, after = await world.must_be_seen(world.admin, of(world), another)
    assert after["result"]["pagination"]["total"] == 2
    await world.must_be_seen(world.admin, of(world), lambda: world.there.delete(world.order))


async def test_a_list_depends_on_whatever_takes_its_records_along(world: World) -> None:
    question = ("loadEntityData", {"entityType": "line", "filters": {"order_id": world.order}})
    _, after = await world.must_be_seen(world.admin, question, lambda: world.there.delete(world.customer))
    assert after["result"]["data"] == []


async def test_a_list_depends_on_records_that_lose_a_reference_to_what_goes(world: World) -> None:
    question = of(world, filters={"customer_id": world.customer, "payer_id": {"is_null": True}})
    before, after = await world.must_be_seen(world.admin, question, lambda: world.there.delete(world.payer))
    assert [len(answer["result"]["data"]) for answer in (before, after)] == [0, 1]


async def test_a_list_depends_on_what_it_expands(world: World) -> None:
    question = of(world, expand=["payer_id"])
    await world.must_be_seen(world.admin, question, lambda: world.there.update(world.payer, name="Renamed"))


async def test_a_list_depends_on_what_its_filter_reaches(world: World) -> None:
    question = of(world, filters={"customer_id": world.customer, "customer_id.name": "Ada"})
    _, after = await world.must_be_seen(world.admin, question, lambda: world.there.update(world.customer, name="Eve"))
    assert after["result"]["data"] == []


async def test_a_query_without_pages_depends_on_the_same_as_a_list(world: World) -> None:
    question = ("queryEntities", {"entityType": "order", "filters": {"customer_id.name": "Ada"}})
    await world.must_be_seen(world.admin, question, lambda: world.there.update(world.order, note="new"))
    await world.must_be_seen(world.admin, question, lambda: world.there.update(world.customer, name="Eve"))


async def test_the_rule_of_a_role_is_a_dependency_of_lists(world: World) -> None:
    move = lambda: world.there.update(world.customer, kind="wholesale")  # noqa: E731
    _, after = await world.must_be_seen(world.clerk, of(world), move)
    assert after["result"]["data"] == []


async def test_the_rule_of_a_role_is_a_dependency_of_a_record(world: World) -> None:
    move = lambda: world.there.update(world.customer, kind="wholesale")  # noqa: E731
    _, after = await world.must_be_seen(world.clerk, ("getEntity", {"entityId": world.order}), move)
    assert after["error"]["code"] == -32004


async def test_many_to_many_links_are_dependencies_on_both_ends(world: World) -> None:
    await world.grow_old()
    question = ("getEntity", {"entityId": world.order, "expand": ["labels"]})
    await world.must_be_seen(world.admin, question, lambda: world.there.update(world.order, labels=[world.group]))
    other_end = ("getEntity", {"entityId": world.group, "expand": ["labels"]})
    await world.must_be_seen(world.admin, other_end, lambda: world.there.update(world.order, labels=[]))
    await world.must_be_seen(world.admin, question, lambda: world.there.update(world.order, labels=[world.group]))
    await world.must_be_seen(world.admin, question, lambda: world.there.update(world.group, title="renamed"))
    linked = lambda: world.there.create("order", number=2, labels=[world.group])  # noqa: E731
    await world.must_be_seen(world.admin, other_end, linked)
    await world.must_be_seen(world.admin, question, lambda: world.there.delete(world.group))


async def test_what_a_role_may_see_is_a_dependency_of_everything(world: World) -> None:
    def change(*hidden: str) -> Act:
        new = {"type": "UpdateRole", "target": "clerk", "set": {"entities": grants(order=list(hidden))}}
        return lambda: world.there.change_model(new)

    for question in (("getEntity", {"entityId": world.order}), of(world)):
        _, after = await world.must_be_seen(world.clerk, question, change("number"))
        assert "number" not in str(after["result"])
        await world.must_be_seen(world.clerk, question, change())


async def test_what_the_gate_knows_of_a_caller_ends_with_its_rights_whoever_asks_in_between(world: World) -> None:
    """Somebody else tells it of the same application anew; who was known before must not be taken for known still."""
    question = ("getEntity", {"entityId": world.order})
    for token in (world.admin, world.clerk):
        await world.here.ask(token, *question)
        assert world.here.known(token, *question)
    narrowed = {"type": "UpdateRole", "target": "clerk", "set": {"entities": grants(order=["number"])}}
    await world.there.change_model(narrowed)
    await world.here.ask(world.admin, *question)
    assert world.here.known(world.admin, *question)
    assert not world.here.known(world.clerk, *question)
    await world.there.change_model({**narrowed, "set": {"entities": grants()}})


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("loadPage", {"pageId": "memo_list"}), ("getFormDefinition", {"entityType": "memo"}), ("getModelMetadata", {}),
        ("loadEntityData", {"entityType": "memo"}),
    ],
)  # fmt: skip
async def test_the_model_is_a_dependency_of_pages_forms_and_data(
    world: World, method: str, params: dict[str, Any]
) -> None:
    if method == "loadEntityData":
        await world.there.create("memo", text="one")
    revision = (await world.there.platform.models.get(LOCAL, "shop")).revision
    field = {"id": f"m{revision}", "name": f"more{revision}", "field_type": {"type": "String"}}
    change: dict[str, Any] = {"type": "AddField", "parent": "e_memo", "value": field}
    if method == "loadEntityData":
        change = {"type": "UpdateField", "target": "memo_f_text", "set": {"name": "words"}}
    await world.must_be_seen(world.admin, (method, params), lambda: world.there.change_model(change))


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("getEntity", {}), ("getEntity", {"expand": ["payer_id"]}), ("loadEntityData", {}),
        ("loadEntityData", {"expand": ["payer_id"]}),
        ("queryEntities", {"aggregate": {"metrics": [{"op": "sum", "field": "number", "as": "sum"}]}}),
    ],
    ids=str,
)  # fmt: skip
async def test_a_doubt_about_the_application_is_a_miss_of_all_its_records(
    world: World, method: str, params: dict[str, Any]
) -> None:
    """So it is told when nobody knows what a deletion took along: model and rights stay what they were."""
    platform, app = world.there.platform, await world.there.app()

    async def unknown() -> None:
        sql = "UPDATE entities SET data = data || '{\"number\": 99}' WHERE application_id = $1 AND id = $2"
        await platform.db.execute(sql, app.id, world.order)
        platform.generations.bump([platform.generations.slot("catalogue", app.id)])

    about = {"entityId": world.order} if method == "getEntity" else of(world)[1]
    await world.must_be_seen(world.admin, (method, {**about, **params}), unknown)


async def test_a_token_is_a_dependency_of_every_answer(world: World) -> None:
    token, secret = await world.there.platform.access.create_token(LOCAL, "brief", "admin")

    async def revoke() -> None:
        await world.there.platform.access.revoke_token(LOCAL, token.id)

    _, after = await world.must_be_seen(secret, ("getEntity", {"entityId": world.order}), revoke)
    assert after["error"]["code"] == -32001


async def test_whether_the_application_runs_is_a_dependency_of_every_answer(world: World) -> None:
    async def stop() -> None:
        await world.there.platform.applications.stop(LOCAL, "shop")

    _, after = await world.must_be_seen(world.admin, ("getEntity", {"entityId": world.order}), stop)
    assert after["error"]["code"] == -32014
    await world.there.platform.applications.start(LOCAL, "shop")


@pytest.mark.parametrize("method", ["getEntity", "loadEntityData"])
async def test_a_repeat_bumps_for_a_worker_that_died_before_it_could(world: World, config: Config, method: str) -> None:
    """The dead worker committed and told nobody: here it writes with generations of its own."""
    dead = Desk(await Platform.open(config, RunContext.alone()))
    question = (method, {"entityId": world.order}) if method == "getEntity" else of(world)

    async def write(desk: Desk) -> None:
        app = await desk.app()
        await desk.platform.entities.update(
            LOCAL, app, None, world.order, {"note": "new"}, idempotency_key=f"again {world.order}"
        )

    await world.here.ask(world.admin, *question)
    await write(dead)
    assert "new" not in str(await world.here.ask(world.admin, *question)), "nobody has told this run"
    await world.must_be_seen(world.admin, question, lambda: write(world.there))
    await dead.platform.close()


async def test_a_repeated_creation_bumps_for_a_worker_that_died_before_it_could(world: World, config: Config) -> None:
    dead, question = Desk(await Platform.open(config, RunContext.alone())), of(world)

    async def write(desk: Desk) -> None:
        app, data = await desk.app(), {"number": 77, "customer_id": world.customer}
        await desk.platform.entities.create(LOCAL, app, "order", data, idempotency_key=f"new {world.order}")

    await world.here.ask(world.admin, *question)
    await write(dead)
    assert "'number': 77" not in str(await world.here.ask(world.admin, *question)), "nobody has told this run"
    await world.must_be_seen(world.admin, question, lambda: write(world.there))
    await dead.platform.close()


async def test_a_repeated_deletion_bumps_for_a_worker_that_died_also_what_went_with_it(
    world: World, config: Config
) -> None:
    dead = Desk(await Platform.open(config, RunContext.alone()))

    async def delete(desk: Desk) -> None:
        app = await desk.app()
        await desk.platform.entities.delete(LOCAL, app, None, world.customer, idempotency_key="gone")

    question = ("getEntity", {"entityId": world.line})
    await world.here.ask(world.admin, *question)
    await delete(dead)
    assert "result" in await world.here.ask(world.admin, *question), "nobody has told this run"
    _, after = await world.must_be_seen(world.admin, question, lambda: delete(world.there))
    assert after["error"]["code"] == -32004
    await dead.platform.close()


async def test_who_knows_of_a_version_is_not_answered_with_an_older_one(world: World, config: Config) -> None:
    """Another run has written it, of which this one has not heard: what is kept is not for who says that it knows."""
    elsewhere, params = Desk(await Platform.open(config, RunContext.alone())), {"entityId": world.order}
    ask = world.here.ask
    await ask(world.admin, "getEntity", params)
    too_new = await ask(world.admin, "getEntity", {**params, "minVersion": 2})
    assert too_new["error"]["data"]["code"] == "UNAVAILABLE"
    await elsewhere.update(world.order, note="new")
    await elsewhere.platform.close()
    assert (await ask(world.admin, "getEntity", params))["result"]["version"] == 1
    for least in (2, 1):
        assert (await ask(world.admin, "getEntity", {**params, "minVersion": least}))["result"]["version"] == 2


async def test_other_runs_hear_of_records_by_the_key_that_their_answers_depend_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A renamed entity keeps its key."""
    renamed = {"type": "UpdateEntity", "target": "e_invoice", "set": {"name": "bill"}}
    await world.there.change_model(renamed)
    told: list[Any] = []
    monkeypatch.setattr(world.there.platform.relay, "send", told.append)
    await world.there.create("bill", sum=1)
    assert [(signal.entity, signal.key) for signal in told] == [("bill", "invoice")]
    await world.there.change_model({**renamed, "set": {"name": "invoice"}})


def test_every_method_whose_answers_are_kept_is_looked_at_here(desks: tuple[Desk, Desk]) -> None:
    kept = set(desks[0].endpoint._registry.cacheable())
    forms = {"getFormDefinition", "getModelMetadata", "loadPage"}
    assert kept == forms | {"getEntity", "loadEntityData", "queryEntities"}
