"""The long versions: `python -m tests.soak` (`make soak`).

A run is made of parts, each on servers and a database of its own. With `--state FILE` each part is written down when it
is done, and a run that was interrupted goes on with those that are missing. The last thing printed is a JSON summary.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from tests.soak.arena import Plan, play
from tests.soak.crash import crash
from tests.soak.summary import load, of_crashes, of_game, save, summarise

GAMES = {"two servers": (4, 2), "one server": (4,)}
PART = 125_000
"""Most calls of one part."""

HARMS = 20
"""Harms in one part: each holds the players up for a moment, so that more would only take longer."""


def plans(operations: int, seed: int) -> Iterator[tuple[str, Plan]]:
    """Return the coherence tests by name: so many calls with two servers and as many with one, in parts."""
    for game, workers in GAMES.items():
        parts = -(-operations // PART)
        for part in range(parts):
            size = operations // parts
            between = max(200, size // HARMS)
            plan = Plan(operations=size, players=16, workers=workers, harms=None, between=between, seed=seed + part)
            yield f"{game}, part {part + 1} of {parts}, {size} calls, seed {seed + part}", plan


def report(name: str, summary: str, bad: Sequence[str]) -> None:
    """Say what a part came to, and at once what was wrong: a run may be interrupted before its end."""
    print("\n  ".join([f"{name}: {summary}", *bad[:50]]), file=sys.stderr, flush=True)


async def soak(operations: int, kills: int, seed: int, state: Path | None) -> int:
    """Run the coherence tests and the crash test; return the exit code."""
    parts = load(state) if state is not None else {}

    with tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True) as folder:
        for number, (name, plan) in enumerate(plans(operations, seed)):
            if name in parts:
                continue
            place = Path(folder) / str(number)
            place.mkdir()
            outcome = await play(plan, place)
            report(name, outcome.summary(), outcome.bad)
            parts[name] = of_game(outcome)
            if state is not None:
                save(state, parts)
        name = f"crashes, {kills} kills, seed {seed}"
        if kills and name not in parts:
            place = Path(folder) / "crash"
            place.mkdir()
            crashes = await crash(kills, place, seed)
            report(name, crashes.summary(), crashes.problems + crashes.unexpected)
            parts[name] = of_crashes(crashes)
            if state is not None:
                save(state, parts)
    total = summarise(list(parts.values()))
    print(msgspec.json.format(msgspec.json.encode(total), indent=2).decode())
    return 1 if total.stale or total.unauthorised or total.problems else 0


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument(
        "--operations", type=int, default=500_000, help="calls of each coherence test; 0 leaves them out"
    )
    parser.add_argument("--kills", type=int, default=20, help="kills of the crash test; 0 leaves it out")
    parser.add_argument("--seed", type=int, default=0, help="what everything random begins with")
    parser.add_argument("--state", type=Path, help="file of the parts that are done; they are left out")
    given = parser.parse_args()
    return asyncio.run(soak(given.operations, given.kills, given.seed, given.state))


if __name__ == "__main__":
    sys.exit(main())
