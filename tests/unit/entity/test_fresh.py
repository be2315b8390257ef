"""Ids of new records are UUIDv7, ascend, and never meet; times are what records store."""

import uuid
from datetime import UTC, datetime

import pytest

from torque.entity.write import fresh
from torque.entity.write.fresh import Clock, RecordIds, some_ids


def test_ids_are_uuids_of_version_7_that_ascend() -> None:
    ids = RecordIds()
    made = [ids.new() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    first = uuid.UUID(made[0])
    assert (str(first), first.version, first.variant) == (made[0], 7, uuid.RFC_4122)


def test_ids_ascend_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    ids, now = RecordIds(), 2_000_000_000_000_000_000
    monkeypatch.setattr(fresh.time, "time_ns", lambda: now)
    before = ids.new()
    now -= 3_600_000_000_000
    assert all(ids.new() > before for _ in range(5_000))


def test_some_ids_are_uuids_of_version_7_and_all_different() -> None:
    made = [one for _ in range(50) for one in some_ids(128)]
    assert len(set(made)) == len(made)
    assert all((str(one), one.version, one.variant) == (text, 7, uuid.RFC_4122)
               for text, one in ((text, uuid.UUID(text)) for text in made))  # fmt: skip


def test_some_ids_go_on_after_the_highest_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "new_id", lambda: "0190aaaa-bbbb-7ccc-8ddd-ffffffffffff")
    assert some_ids(2) == ["0190aaaa-bbbb-7ccc-8ddd-ffffffffffff", "0190aaaa-bbbb-7ccc-8ddd-000000000000"]


def test_the_clock_says_the_time_as_records_store_it() -> None:
    clock = Clock()
    text = clock.now()
    assert len(text) == 27
    assert abs((datetime.fromisoformat(text) - datetime.now(UTC)).total_seconds()) < 5
