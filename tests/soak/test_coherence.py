"""Nothing stale: the short version of the coherence test. The long one is `python -m tests.soak`."""

from pathlib import Path

from tests.soak.arena import Plan, play

HARMS = ("worker killed", "listener cut", "connections cut", "worker killed", "database restarted")


async def test_no_reader_sees_anything_older_than_was_acknowledged_whatever_is_killed_or_cut(tmp_path: Path) -> None:
    outcome = await play(Plan(operations=4000, players=6, harms=HARMS, between=400), tmp_path)
    assert outcome.violations == []
    assert outcome.unexpected == []
    assert outcome.database == []
    assert tuple(outcome.harms) == HARMS
    assert outcome.writes > 100
