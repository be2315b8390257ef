"""Changes of models, applications and tokens that were done while nobody could say so: no cache goes on as before.

The first attempt commits and loses its answer; the repeat finds it done. After each, whoever kept something asks again.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import asyncpg
import pytest

from tests.integration.faults.two_workers import DOCUMENT, LOCAL
from torque import codec
from torque.access.tokens import COOKIE
from torque.application.store import ApplicationStore
from torque.config import Config
from torque.db.pool import Database, PoolSettings
from torque.entity.write.bulk_types import Mode
from torque.errors import NotFound, OutcomeUnknown, Unavailable
from torque.observe import Observer
from torque.platform import Platform
from torque.types import RunContext


class Lossy(Database):
    """A real pool that loses the answer to a commit when it is told to."""

    losing = False

    @asynccontextmanager
    async def transaction(self, application_id: str = "") -> AsyncIterator[asyncpg.Connection]:
        """Commit, and perhaps not say so."""
        async with super().transaction(application_id) as connection:
            yield connection
        self._lose()

    async def execute(self, sql: str, *args: object) -> str:
        """Write, and perhaps not say so."""
        tag = await super().execute(sql, *args)
        if "pg_notify" not in sql:  # the relay's, which comes in between
            self._lose()
        return tag

    def _lose(self) -> None:
        if self.losing:
            self.losing = False
            raise OutcomeUnknown


@pytest.fixture(scope="module")
async def lossy(config: Config) -> AsyncIterator[Platform]:
    """All services on such a pool, with the shop as an application."""
    database = await Lossy.open(PoolSettings(dsn=config.database.url))
    opened = Platform(config, RunContext.alone(), Observer(), database)
    imported = await opened.models.import_document(LOCAL, codec.dumps(DOCUMENT))
    await opened.applications.run(LOCAL, imported.model.id)
    yield opened
    await opened.close()


async def twice(platform: Platform, slots: list[int], act: Callable[[], Awaitable[object]]) -> None:
    """Do something whose answer is lost, then again; both must move these generations."""
    assert isinstance(platform.db, Lossy)
    stamp = platform.generations.read(slots)
    platform.db.losing = True
    with pytest.raises(OutcomeUnknown):
        await act()
    assert not platform.generations.current(stamp), "done, and nobody was told"
    stamp = platform.generations.read(slots)
    with suppress(NotFound):
        await act()
    assert not platform.generations.current(stamp), "acknowledged, and nobody was told"


async def test_an_application_that_was_stopped_is_asked_about_again(lossy: Platform) -> None:
    application = (await lossy.catalog.get("shop")).application
    slots = [lossy.generations.slot("catalogue", application.id)]
    await twice(lossy, slots, lambda: lossy.applications.stop(LOCAL, "shop"))
    await twice(lossy, slots, lambda: lossy.applications.start(LOCAL, "shop"))


async def test_a_model_that_was_changed_is_asked_about_again(lossy: Platform) -> None:
    model = await lossy.models.get(LOCAL, "shop")
    change = codec.dumps([{"type": "UpdateModel", "set": {"display_name": "Another shop"}}])
    slots = [lossy.generations.slot("model", model.id)]
    await twice(lossy, slots, lambda: lossy.models.apply_changes(LOCAL, "shop", change))


async def test_a_token_that_was_revoked_is_asked_about_again(lossy: Platform) -> None:
    token, secret = await lossy.access.create_token(LOCAL, "brief", "admin")
    caller = await lossy.access.authenticate(f"Bearer {secret}", None, protocol="test")
    assert caller.credential is not None
    slots = [lossy.generations.slot("identity", caller.credential.hex())]
    await twice(lossy, slots, lambda: lossy.access.revoke_token(LOCAL, token.id))


async def test_a_session_that_was_ended_is_asked_about_again(lossy: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await lossy.access.redeem_link(await lossy.access.create_link(LOCAL))
    caller = await lossy.access.authenticate(None, f"{COOKIE}={session.secret}", protocol="test")
    assert caller.credential is not None
    delete = lossy.access._store.delete_session

    async def unsaid(credential: bytes) -> bool:
        ended = await delete(credential)
        assert isinstance(lossy.db, Lossy)
        lossy.db._lose()
        return ended

    monkeypatch.setattr(lossy.access._store, "delete_session", unsaid)
    slots = [lossy.generations.slot("identity", caller.credential.hex())]
    await twice(lossy, slots, lambda: lossy.access.sign_out(caller))


@pytest.mark.parametrize("mode", ["atomic", "perRow"])
async def test_records_that_were_deleted_in_bulk_are_asked_about_again(lossy: Platform, mode: Mode) -> None:
    app = await lossy.catalog.get("shop")
    made = [await lossy.entities.create(LOCAL, app, "group", {"title": f"{mode} {n}"}) for n in range(2)]
    ids = [codec.loads(one.result)["id"] for one in made]
    slots = [lossy.generations.slot("catalogue", app.id)]

    async def delete() -> None:
        answer = await lossy.entities.bulk_delete(LOCAL, app, "group", ids, mode=mode, idempotency_key=f"gone {mode}")
        if b"OUTCOME_UNKNOWN" in answer.result:
            raise OutcomeUnknown

    await twice(lossy, slots, delete)


async def test_the_name_of_an_application_whose_deletion_was_broken_off_is_free(
    lossy: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, delete = await lossy.applications.create(LOCAL, "shop", "passing"), ApplicationStore.delete

    async def broken_off(store: ApplicationStore, application_id: str) -> tuple[bytes, ...]:
        with suppress(Unavailable):  # somebody asks, and it is kept that it is stopped
            await lossy.catalog.get("passing")
        await delete(store, application_id)
        raise asyncio.CancelledError

    monkeypatch.setattr(ApplicationStore, "delete", broken_off)
    with pytest.raises(asyncio.CancelledError):
        await lossy.applications.delete(LOCAL, made.id)
    again = await lossy.applications.create(LOCAL, "shop", "passing")
    assert (await lossy.catalog.get("passing")).id == again.id
