"""Applications are deleted with all they own, whoever still writes, and however much it is."""

import asyncio
from contextlib import suppress

import pytest

from tests.integration.application.site import ADA, ADMIN, SAMPLES, Site
from tests.support.waiting import eventually
from torque.application.store import ApplicationStore
from torque.db.pool import Database, PoolSettings
from torque.errors import (
    NotFound,
    TorqueError,
    Unauthenticated,
    Unavailable,
)
from torque.events import ApplicationChanged


async def test_deleting_an_application_takes_its_records_and_tokens_along(site: Site) -> None:
    made = await site.applications.create(ADMIN, await site.model("deleted", sample_data=SAMPLES))
    _, secret = await site.access.create_token(ADMIN, "scoped", "admin", "deleted")
    await site.access.authenticate(f"Bearer {secret}", None, protocol="test")
    await site.applications.delete(ADMIN, "deleted")
    with pytest.raises(NotFound):
        await site.catalog.get("deleted")
    with pytest.raises(Unauthenticated):
        await site.access.authenticate(f"Bearer {secret}", None, protocol="test")
    for table in ("entities", "entity_relationships", "entity_keys", "entity_counts", "audit_log"):
        assert await site.db.fetchval(f"SELECT count(*) FROM {table} WHERE application_id = $1", made.id) == 0


async def test_what_is_learned_of_an_application_while_it_is_deleted_counts_no_longer_afterwards(site: Site) -> None:
    """It is stopped first. Whoever looks between that and the end finds it, and its tokens, still there."""
    made = await site.applications.create(ADMIN, await site.model("vanishing"))
    _, secret = await site.access.create_token(ADMIN, "vanishing", "admin", "vanishing")
    caller = await site.access.authenticate(f"Bearer {secret}", None, protocol="test")
    assert caller.credential is not None
    slot, read = site.generations.slot, site.generations.read
    catalogue, identity = slot("catalogue", made.id), slot("identity", caller.credential.hex())
    learned = []

    async def look(event: ApplicationChanged) -> None:
        if event.action == "stopped":
            with pytest.raises(Unavailable):
                await site.catalog.get("vanishing")
            learned.extend([read([catalogue]), read([identity])])

    site.bus.on(ApplicationChanged, look)
    await site.applications.delete(ADMIN, "vanishing")
    assert [site.generations.current(stamp) for stamp in learned] == [False, False]
    with pytest.raises(NotFound):
        await site.catalog.get("vanishing")
    with pytest.raises(Unauthenticated):
        await site.access.authenticate(f"Bearer {secret}", None, protocol="test")


OWNING = """
SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'application_id'
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""


async def leftovers(site: Site, application_id: str) -> int:
    """Count what is left of an application."""
    tables = ("entities", "entity_relationships", "entity_keys", "entity_counts", "audit_log")
    counts = " + ".join(f"(SELECT count(*) FROM {table} WHERE application_id = $1)" for table in tables)
    return int(await site.db.fetchval(f"SELECT {counts}", application_id))


async def test_deleting_an_application_waits_for_the_record_that_is_being_created(site: Site) -> None:
    made = await site.applications.create(ADMIN, await site.model("busy"))
    async with site.db.transaction() as connection:
        await connection.execute(
            "INSERT INTO entities (application_id, id, entity_type, data) VALUES ($1, $2, 'customer', $3)",
            made.id, ADA, b'{"name": "Ada"}',
        )  # fmt: skip
        deletion = asyncio.ensure_future(site.applications.delete(ADMIN, made.id))
        await eventually(lambda: [event for event in site.events if event.action == "stopped"])
        await asyncio.wait({deletion}, timeout=0.3)
        assert not deletion.done()
    await deletion
    assert await leftovers(site, made.id) == 0


async def test_records_that_are_created_while_their_application_is_deleted_are_gone_after_the_next_sweep(
    site: Site,
) -> None:
    """A write that waited for a connection may begin after the deletion swept; the supervisor sweeps every minute."""
    made = await site.applications.create(ADMIN, await site.model("rushed", sample_data=SAMPLES))
    app = await site.catalog.get(made.id)

    async def write(number: int) -> None:
        with suppress(TorqueError):
            await site.entities.create(ADMIN, app, "customer", {"name": f"Customer {number}"})

    writes = [asyncio.ensure_future(write(number)) for number in range(60)]
    await asyncio.sleep(0)
    await asyncio.gather(site.applications.delete(ADMIN, made.id), *writes)
    await ApplicationStore(site.db).sweep_leftovers()
    assert await leftovers(site, made.id) == 0
    with pytest.raises(NotFound):
        await site.catalog.get(made.id)


async def test_a_record_that_comes_after_the_last_sweep_goes_at_the_next(site: Site) -> None:
    made = await site.applications.create(ADMIN, await site.model("late"))
    app = await site.catalog.get(made.id)
    kept = await site.applications.create(ADMIN, await site.model("kept", sample_data=SAMPLES))
    await site.applications.delete(ADMIN, made.id)
    await site.entities.create(ADMIN, app, "customer", {"name": "Let in before"}, idempotency_key="late")
    assert await leftovers(site, made.id) > 0
    here = await leftovers(site, kept.id)
    store = ApplicationStore(site.db)
    assert await store.sweep_leftovers() == 1
    assert await leftovers(site, made.id) == 0
    assert await leftovers(site, kept.id) == here > 0
    assert await store.sweep_leftovers() == 0


async def test_no_table_keeps_anything_of_an_application_that_is_deleted(site: Site) -> None:
    made = await site.applications.create(ADMIN, await site.model("whole", sample_data=SAMPLES))
    tables = [row["name"] for row in await site.db.fetch(OWNING)]
    assert {"entities", "audit_log", "files", "outbox"} <= set(tables)
    await site.applications.delete(ADMIN, made.id)
    for table in tables:
        unused = " AND unused_since IS NULL" if table == "files" else ""
        query = f"SELECT count(*) FROM {table} WHERE application_id = $1{unused}"
        assert await site.db.fetchval(query, made.id) == 0, table


async def test_an_application_is_deleted_however_long_its_records_take(db: Database, database_url: str) -> None:
    site = Site(db, patience=0.1)
    made = await site.applications.create(ADMIN, await site.model("large", sample_data=SAMPLES))
    hurried = await Database.open(PoolSettings(dsn=database_url, application_name="hurried", query_timeout=1.0))
    try:
        async with db.transaction() as holder:
            await holder.fetch("SELECT id FROM entities WHERE application_id = $1 FOR UPDATE", made.id)
            await site.applications.delete(ADMIN, made.id)
            with pytest.raises(NotFound):
                await site.catalog.get("large")
            assert (await site.applications.create(ADMIN, "large")).name == "large"
            assert await leftovers(site, made.id) > 0
            await site.applications.close()  # the server goes
            sweep = asyncio.ensure_future(ApplicationStore(hurried).sweep_leftovers())
            await asyncio.wait({sweep}, timeout=2.5)
            assert not sweep.done()
        assert await sweep == 1
    finally:
        await hurried.close()
    assert await leftovers(site, made.id) == 0


async def test_an_application_without_records_leaves_nothing_when_the_server_dies_after_the_first_step(
    site: Site,
) -> None:
    made = await site.applications.create(ADMIN, await site.model("bare"))
    log = "INSERT INTO audit_log (id, application_id, entity_type, entity_id, action, actor) "
    await site.db.execute(f"{log} VALUES ($2, $1, '', $2, 'empty', 'test')", made.id, ADA)
    store = ApplicationStore(site.db)
    await store.delete(made.id)
    assert await store.sweep_leftovers() == 1
    assert await site.db.fetchval("SELECT count(*) FROM audit_log WHERE application_id = $1", made.id) == 0
    assert await store.sweep_leftovers() == 0
