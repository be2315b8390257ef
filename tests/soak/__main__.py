"""The long versions: `python -m tests.soak` (`make soak`)."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.soak.arena import Plan, play
from tests.soak.crash import crash


async def soak(operations: int, kills: int, seed: int) -> int:
    """Run the coherence test and the crash test; return the exit code."""
    bad: list[str] = []
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        for name, workers in (("two servers", (4, 2)), ("one server", (4,))) if operations else ():
            place = Path(folder) / name.replace(" ", "-")
            place.mkdir()
            plan = Plan(operations=operations, players=16, workers=workers, harms=None, between=2000, seed=seed)
            outcome = await play(plan, place)
            print(f"coherence of {name}: {outcome.summary()}", flush=True)
            bad += outcome.violations + outcome.unexpected + outcome.database
        if kills:
            place = Path(folder) / "crash"
            place.mkdir()
            crashes = await crash(kills, place, seed)
            print(f"crash: {crashes.summary()}")
            bad += crashes.problems + crashes.unexpected
    for line in bad[:50]:
        print(f"  {line}")
    return 1 if bad else 0


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument(
        "--operations", type=int, default=500_000, help="calls of each coherence test; 0 leaves them out"
    )
    parser.add_argument("--kills", type=int, default=20, help="kills of the crash test; 0 leaves it out")
    parser.add_argument("--seed", type=int, default=0, help="what everything random begins with")
    given = parser.parse_args()
    return asyncio.run(soak(given.operations, given.kills, given.seed))


if __name__ == "__main__":
    sys.exit(main())
