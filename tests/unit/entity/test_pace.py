"""All together or in halves: what answers more in a second, found by trying."""

from collections.abc import Callable

import pytest

from torque.entity.pace import FEW, Pace

CROWD = 64

Cost = Callable[[bool], float]
"""Milliseconds that an item takes together, and in halves."""


class Crowd:
    """Sends statements as its pace says, on a clock of its own."""

    def __init__(self, size: int = CROWD) -> None:
        self.pace = Pace()
        self.size = size
        self.now = 100.0

    def send(self, items: int, cost: Cost) -> float:
        """Send statements with so many items altogether; return the part of them that went in halves."""
        sent = in_halves = 0
        while sent < items:
            batch = self.size // 2 if self.pace.in_halves(self.size) else self.size
            self.pace.sent(batch, self.size, self.now)
            self.now += batch * cost(batch < self.size) / 1000
            sent += batch
            in_halves += batch * (batch < self.size)
        return in_halves / sent


def test_halves_are_tried_and_kept_where_they_are_sooner_answered() -> None:
    crowd = Crowd()
    crowd.send(1000 * CROWD, lambda halves: 0.04 if halves else 0.06)
    assert crowd.send(3000 * CROWD, lambda halves: 0.04 if halves else 0.06) > 0.9


def test_all_go_together_where_a_statement_costs_much_whatever_it_holds() -> None:
    crowd = Crowd()
    crowd.send(1000 * CROWD, lambda halves: 0.15 if halves else 0.1)
    assert crowd.send(3000 * CROWD, lambda halves: 0.15 if halves else 0.1) < 0.1


def test_what_is_about_as_good_is_not_changed_for() -> None:
    crowd = Crowd()
    assert crowd.send(3000 * CROWD, lambda halves: 0.099 if halves else 0.1) < 0.2


@pytest.mark.parametrize("first", [False, True], ids=["together first", "in halves first"])
def test_what_has_become_better_is_found_out(first: bool) -> None:
    crowd = Crowd()
    crowd.send(1000 * CROWD, lambda halves: 0.04 if halves == first else 0.06)
    assert (crowd.send(300 * CROWD, lambda halves: 0.04 if halves == first else 0.06) > 0.8) is first
    crowd.send(5000 * CROWD, lambda halves: 0.06 if halves == first else 0.04)
    assert (crowd.send(300 * CROWD, lambda halves: 0.06 if halves == first else 0.04) < 0.2) is first


def test_a_disk_that_now_and_then_takes_its_time_decides_nothing() -> None:
    crowd, last = Crowd(), 0

    def cost(halves: bool) -> float:
        nonlocal last
        before, last = last, int(crowd.now / 0.1)
        return 0.4 if last > before else 0.04 if halves else 0.06

    crowd.send(1000 * CROWD, cost)
    assert crowd.send(3000 * CROWD, cost) > 0.8


def test_few_go_together_whatever_it_costs() -> None:
    crowd = Crowd(FEW - 1)
    assert crowd.send(3000 * CROWD, lambda halves: 0.04 if halves else 0.06) == 0


def test_what_was_found_out_is_remembered_while_few_are_about() -> None:
    crowd = Crowd()
    crowd.send(1000 * CROWD, lambda halves: 0.04 if halves else 0.06)
    crowd.size = FEW - 1
    crowd.send(100 * FEW, lambda _: 0.1)
    crowd.size = CROWD
    assert crowd.send(60 * CROWD, lambda halves: 0.04 if halves else 0.06) > 0.5


def test_pauses_are_not_taken_for_time_that_a_way_takes() -> None:
    crowd = Crowd()
    for _ in range(40):
        crowd.send(4 * CROWD, lambda halves: 0.06)
        crowd.now += 10
    assert not crowd.pace.in_halves(crowd.size)


def test_for_a_crowd_that_grew_or_shrank_by_much_the_other_way_is_tried_soon() -> None:
    crowd = Crowd()
    crowd.send(3000 * CROWD, lambda halves: 0.04 if halves else 0.06)
    crowd.size = 3 * CROWD
    crowd.send(1500 * crowd.size, lambda halves: 0.06 if halves else 0.04)
    assert crowd.send(1500 * crowd.size, lambda halves: 0.06 if halves else 0.04) < 0.2


def test_a_trial_during_which_statements_pause_ends() -> None:
    crowd = Crowd()
    while not crowd.pace.in_halves(CROWD):
        crowd.send(CROWD, lambda _: 0.5)
    crowd.now += 10
    crowd.send(1, lambda _: 0.5)  # decided on before the pause was seen
    assert crowd.send(CROWD, lambda _: 0.5) == 0


def test_statements_that_take_long_are_judged_as_well() -> None:
    crowd = Crowd()
    crowd.send(1000 * CROWD, lambda halves: 4 if halves else 2)
    assert crowd.send(1000 * CROWD, lambda halves: 4 if halves else 2) < 0.2
