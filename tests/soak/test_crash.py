"""No acknowledged write is lost: the short version of the crash test. The long one is `python -m tests.soak`."""

from pathlib import Path

from tests.soak.crash import crash


async def test_a_server_killed_during_writes_loses_nothing_acknowledged_and_leaves_nothing_half_done(
    tmp_path: Path,
) -> None:
    outcome = await crash(2, tmp_path, writes=(15, 50))
    assert outcome.problems == []
    assert outcome.unexpected == []
    assert outcome.rounds == 2
    assert outcome.writes >= 45
