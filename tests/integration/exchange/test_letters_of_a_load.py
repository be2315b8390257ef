"""What follows a load hears of its records as they are when it ends."""

from typing import Any

import pytest

from tests.integration.exchange.tables import Store
from tests.integration.exchange.test_round_trip import field
from torque import codec
from torque.db.pool import Database

HOOKS = [{"event": event, "xflow": "x"} for event in ("AfterCreate", "AfterUpdate")]
STAFF: dict[str, Any] = {
    "format": "torque/1", "name": "staff",
    "entities": [{"id": "person", "name": "person", "lifecycle_hooks": HOOKS, "fields": [
        field("nr", "Integer", unique=True, required=True), field("boss", "Reference", of={"entity": "person"}),
    ]}],
}  # fmt: skip
FIRST, SECOND = "019a0000-0000-7000-8000-000000000001", "019a0000-0000-7000-8000-000000000002"


@pytest.fixture
def staff(db: Database) -> Store:
    """People who refer to each other, and whose letters nobody fetches."""
    return Store(db, STAFF)


async def letters(store: Store) -> list[tuple[str, dict[str, Any]]]:
    rows = await store.rows("outbox")
    return sorted(((row["entity_id"], codec.loads(row["payload"])) for row in rows), key=lambda found: found[0])


async def test_letters_name_the_ids_that_records_have_in_the_end(staff: Store) -> None:
    report = await staff.load("person", "id,nr,boss", f"{FIRST},1,2", f"{SECOND},2,1")
    assert report.errors == []
    assert {record["nr"]: record["boss"] for record in await staff.all("person")} == {1: SECOND, 2: FIRST}
    found = await letters(staff)
    assert [(record, letter["data"]["boss"]) for record, letter in found] == [(FIRST, SECOND), (SECOND, FIRST)]


async def test_so_do_the_letters_and_the_history_of_changed_records(staff: Store) -> None:
    await staff.load("person", "id,nr", f"{FIRST},1")
    await staff.load("person", "id,nr,boss", f"{FIRST},1,2", f"{SECOND},2,", upsert="nr")
    changed = [letter for _, letter in await letters(staff) if letter["event"] == "AfterUpdate"]
    assert [letter["data"]["boss"] for letter in changed] == [SECOND]
    logged = [codec.loads(row["new"]) for row in await staff.rows("audit_log") if row["action"] == "update"]
    assert logged == [{"boss": SECOND}]


async def test_records_that_are_left_out_in_the_end_send_no_letters(staff: Store) -> None:
    report = await staff.load("person", "id,nr,boss", f"{FIRST},1,7", f"{SECOND},2,", skip_invalid=True)
    assert (report.created, report.failed) == (1, 1)
    assert [record for record, _ in await letters(staff)] == [SECOND]
