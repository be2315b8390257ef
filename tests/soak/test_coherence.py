"""Nothing stale: the short version of the coherence test. The long one is `python -m tests.soak`."""

from pathlib import Path

import pytest

from tests.soak.arena import Plan, play

TWO_SERVERS = Plan(
    operations=2400,
    players=6,
    harms=("worker killed", "listener cut", "connections cut", "database restarted"),
    between=450,
)
ALONE = Plan(
    operations=2400,
    players=6,
    workers=(3,),
    harms=("worker killed", "connections cut", "statements cancelled", "records held", "worker killed"),
    between=350,
)


@pytest.mark.parametrize("plan", [TWO_SERVERS, ALONE], ids=["two servers", "one server, alone"])
async def test_no_reader_sees_anything_older_than_was_acknowledged_whatever_is_killed_or_cut(
    tmp_path: Path, plan: Plan
) -> None:
    outcome = await play(plan, tmp_path)
    assert outcome.violations == []
    assert outcome.unauthorised == []
    assert outcome.unexpected == []
    assert outcome.database == []
    assert outcome.harms == list(plan.harms or ())
    assert outcome.writes > 40
