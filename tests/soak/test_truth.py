"""The judge of the coherence test tells what is too old from what is not yet known elsewhere."""

import pytest

from tests.soak.summary import Part, summarise
from tests.soak.truth import Fact, Ledger, Moment, Truth


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that writes are acknowledged at."""
    now = [100.0]
    monkeypatch.setattr("tests.soak.truth.time.monotonic", lambda: now[0])
    return now


@pytest.fixture
def truth(clock: list[float]) -> Truth:
    """One record at version 2 since second 200, acknowledged by server 0."""
    found = Truth()
    fact = Fact("notice", "a")
    found.add(fact)
    for clock[0], version in ((100.0, 1), (200.0, 2)):
        fact.acknowledge(0, version, 0)
    return found


@pytest.mark.parametrize(
    ("server", "begun", "stale"),
    [(0, 199.9, False), (0, 200.0, True), (1, 200.5, False), (1, 201.0, False), (1, 201.1, True)],
)
def test_an_old_version_is_stale_at_once_where_it_was_acknowledged_and_a_second_later_elsewhere(
    truth: Truth, server: int, begun: float, stale: bool
) -> None:
    truth.judge({"id": "a", "version": 1}, Moment(server, begun), "a read")
    assert bool(truth.violations) == stale


@pytest.mark.parametrize(
    ("followed", "begun", "stale"),
    [(True, 300.5, False), (True, 301.4, False), (True, 301.53, True), (False, 300.5, True)],
)
def test_a_state_that_another_followed_elsewhere_may_refer_to_what_went_since(
    truth: Truth, clock: list[float], followed: bool, begun: float, stale: bool
) -> None:
    """The line was deleted by server 1; the order, to which nothing referred any more, by server 0."""
    line, order = Fact("line", "b", "c"), Fact("order", "c")
    for clock[0], fact in ((201.0, order), (202.0, line)):
        truth.add(fact)
        fact.acknowledge(0, 1, 0)
    if followed:
        line.going, line.gone = True, (300.4, 1)
    order.going, order.gone = True, (300.5, 0)
    truth.judge({"id": "b", "version": 1, "order_id": "c"}, Moment(0, begun), "a read")
    assert bool(truth.violations) == stale


def test_a_record_that_nobody_deleted_may_not_be_missing(truth: Truth) -> None:
    truth.judge_missing("a", Moment(0, 250.0), "a read")
    assert len(truth.violations) == 1


def test_a_ledger_forgets_only_what_is_long_past() -> None:
    ledger = Ledger()
    for moment in range(10_000):
        ledger.add(float(moment), (moment, 0))
    assert ledger.at(9_999.5) == (9_999, 0)
    assert ledger.at(9_000.5) == (9_000, 0)
    assert ledger.at(-1.0) == (0, 0)


def test_parts_add_up() -> None:
    part = Part(operations=10, writes=2, seconds=2.0, kills=1, healthy=[1.0, 3.0], harmed=[40.0])
    total = summarise([part, part])
    assert (total.operations, total.kills, total.operations_per_second) == (20, 2, 5.0)
    assert (total.age_in_health.writes, total.age_in_health.p50, total.age_around_harm.most) == (4, 2.0, 40.0)
