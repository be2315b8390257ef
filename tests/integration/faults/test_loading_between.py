"""Who reads while something changes keeps nothing of what it was: an application, a caller, records."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from typing import Any

import pytest

from tests.integration.api.plain import Told
from tests.integration.faults.two_workers import LOCAL, Desk, body_of, open_desks
from torque.config import Config
from torque.errors import Unavailable

WIDEN = {"type": "AddField", "parent": "e_memo", "value": {"id": "m9", "name": "m9", "field_type": {"type": "String"}}}


READS: list[tuple[str, str, dict[str, Any]]] = [
    ("admin", "getEntity", {"entityId": ""}),
    ("clerk", "getEntity", {"entityId": ""}),
    ("admin", "getEntity", {"entityId": "", "expand": ["payer_id", "labels"]}),
    ("admin", "loadEntityData", {"entityType": "order"}),
    ("admin", "loadEntityData", {"entityType": "order", "expand": ["payer_id", "labels"]}),
    ("clerk", "loadEntityData", {"entityType": "order", "filters": {"payer_id.name": {"ne": "name 1"}}}),
    ("admin", "queryEntities", {"entityType": "order"}),
    ("admin", "queryEntities", {"entityType": "order", "expand": ["payer_id", "labels"]}),
    (
        "admin",
        "queryEntities",
        {"entityType": "order", "aggregate": {"groupBy": ["note"], "metrics": [{"op": "count"}]}},
    ),
]


@pytest.fixture(scope="module")
async def desks(config: Config) -> AsyncIterator[tuple[Desk, Desk]]:
    """Two workers."""
    opened = await open_desks(config)
    yield opened
    for desk in opened:
        await desk.platform.close()


def then(
    read: Callable[..., Awaitable[Any]], act: Callable[[], Awaitable[Any]], after: int = 1
) -> Callable[..., Awaitable[Any]]:
    """Return a reading after which something happens, once: the first time, or a later one."""
    times = count(1)

    async def reading(*args: Any, **more: Any) -> Any:
        found, time = await read(*args, **more), next(times)
        if time == after:
            await act()
        return found

    return reading


async def test_a_model_and_a_token_that_change_while_they_are_read_are_read_again(
    desks: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = desks
    models, store = here.platform.models, here.platform.access._store
    known = await there.app()
    await here.platform.applications.stop(LOCAL, "shop")
    await here.platform.applications.start(LOCAL, "shop")
    monkeypatch.setattr(models, "compiled", then(models.compiled, lambda: there.change_model(WIDEN)))
    assert (await here.app()).model.revision == known.model.revision, "it was read before"
    assert (await here.app()).model.revision == known.model.revision + 1

    token, secret = await there.platform.access.create_token(LOCAL, "brief", "admin")
    revoked = then(store.find_credential, lambda: there.platform.access.revoke_token(LOCAL, token.id))
    monkeypatch.setattr(store, "find_credential", revoked)
    await here.ask(secret, "getModelMetadata", {})
    answer = await here.ask(secret, "getModelMetadata", {})
    assert answer["error"]["data"]["code"] == "UNAUTHENTICATED"


async def test_an_application_that_is_stopped_while_it_is_looked_up_is_looked_up_again(
    desks: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = desks
    known, store = await here.app(), here.platform.catalog._store
    await there.platform.applications.stop(LOCAL, "shop")
    await there.platform.applications.start(LOCAL, "shop")
    stopping = then(store.find, lambda: there.platform.applications.stop(LOCAL, "shop"))
    monkeypatch.setattr(store, "find", stopping)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await here.platform.catalog.get(known.id)
    await there.platform.applications.start(LOCAL, "shop")


class Meanwhile:
    """An order and who pays it, both of which the other worker changes while this one reads."""

    def __init__(self, here: Desk, there: Desk) -> None:
        self.here = here
        self.there = there
        self.changes = 0

    async def begin(self, role: str) -> None:
        """Make the records and a token."""
        create = self.there.create
        _, self.token = await self.there.platform.access.create_token(LOCAL, role, role)
        customer = await create("customer", name="Ada", kind="retail")
        self.payer = await create("customer", name="Bob")
        self.order = await create("order", number=1, customer_id=customer, payer_id=self.payer)
        self.labels = [await create("group", title="first"), await create("group", title="second")]

    async def change(self) -> None:
        """Change everything that an answer about the order may show or rest on."""
        self.changes += 1
        await self.there.update(self.payer, name=f"name {self.changes}")
        await self.there.update(self.order, note=f"note {self.changes}")
        await self.there.update(self.order, labels=[self.labels[self.changes % 2]])

    async def reread(self, question: tuple[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch, after: int) -> bool:
        """Read, let everything change after so many readings of the database, read again; False if there were less."""
        before, db = self.changes, self.here.platform.db
        with monkeypatch.context() as patch:
            patch.setattr(db, "fetch", then(db.fetch, self.change, after))
            await self.here.ask(self.token, *question)
        assert await self.here.ask(self.token, *question) == await self.there.ask(self.token, *question)
        return self.changes > before


@pytest.mark.parametrize(("role", "method", "params"), READS, ids=str)
async def test_records_that_change_while_they_are_read_are_read_again(
    desks: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch, role: str, method: str, params: dict[str, Any]
) -> None:
    while_read = Meanwhile(*desks)
    await while_read.begin(role)
    question = (method, {**params, "entityId": while_read.order} if "entityId" in params else params)
    await desks[0].ask(while_read.token, *question)
    await while_read.change()
    readings = 0
    while await while_read.reread(question, monkeypatch, readings + 1):
        readings += 1
        await while_read.change()
    assert readings


async def test_a_record_that_changes_while_it_is_read_for_who_is_told_is_read_again(
    desks: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, _ = desks
    while_read = Meanwhile(*desks)
    await while_read.begin("admin")
    params = {"entityId": while_read.order}
    await here.ask(while_read.token, "getModelMetadata", {})
    opened, told = here.endpoint.open(body_of("getEntity", params), f"Bearer {while_read.token}", None, "shop"), Told()
    assert isinstance(opened, tuple)
    monkeypatch.setattr(here.platform.db, "fetch", then(here.platform.db.fetch, while_read.change))
    assert here.endpoint.take(opened, told, asyncio.get_running_loop())
    assert "note" not in (await told.body())["result"], "it was read before"
    assert (await here.ask(while_read.token, "getEntity", params))["result"]["note"] == "note 1"
