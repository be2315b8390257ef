"""`bench/crowd`: what a list and a create cost when 500 applications of ten types are asked in turn, beside one alone.

Every application has a model of its own, so nothing is shared but the code. One and all take turns, so that whatever
else the machine does meets both; the ratio is the median of the rounds' ratios. One connection asks: what waits
together is put into one statement only for one application, which gains more by many clients than many applications do.
What it costs is told in processor time too, of the server and its database, which is what counts on a machine that has
other things to do. The project is made once, in half a minute, and kept in `.bench/`.
"""

import argparse
import json
import os
import sys
import tempfile
import uuid
from contextlib import suppress
from pathlib import Path

from bench.kept import keep
from bench.peers import outcome, torque
from bench.peers.load import Load, Request, load, write_requests
from bench.peers.outcome import BENCH, Row, compare
from bench.peers.records import entity, record
from bench.peers.torque import Seed, Torque

RUNS = BENCH / "runs" / "crowd"
KEPT = BENCH.parent / ".bench" / "crowd"
TYPES, RECORDS = 10, 10
TARGET = 0.77
"""How much of the rate alone has to remain: 1 / 1.3."""


def model(number: int) -> str:
    """Return the model of an application, with its records."""
    names = [f"t{number}_{place}" for place in range(TYPES)]
    samples = {
        name: [{"id": str(uuid.UUID(int=(number * TYPES + at) * RECORDS + n + 1)), **record(n).values()}
               for n in range(RECORDS)]
        for at, name in enumerate(names)
    }  # fmt: skip
    uncached = {"behavior": {"caching": {"enabled": False}}}
    document = {"format": "torque/1", "name": f"a{number}", "entities": [entity(name, **uncached) for name in names]}
    return json.dumps({**document, "sample_data": samples})


def requests(subject: Torque, applications: int) -> dict[str, list[Request]]:
    """Return lists and creates for so many applications in turn: of half of their types the one, of the rest the other.

    What is created would be read by the lists of its type, and there is most of it where one application is asked.
    """
    places = [(n, at, f"t{n}_{at}") for at in range(TYPES) for n in range(applications)]
    listed, created = ([(n, name) for n, at, name in places if at % 2 == half] for half in (0, 1))
    asked = {"limit": RECORDS, "sortBy": "points", "sortOrder": "asc", "filters": {"points": {"le": RECORDS}}}
    return {
        "list": [subject.request(f"a{n}", "loadEntityData", {"entityType": t, **asked}) for n, t in listed],
        "create": [
            subject.request(f"a{n}", "createEntity", {"entityType": t, "data": record(1000 + at).values()})
            for at, (n, t) in enumerate(created)
        ],
    }


def measure(
    subject: Torque, project: Path, applications: int, seconds: float, rounds: int, connections: int, folder: Path
) -> list[Row]:  # fmt: skip
    """Let one application and all of them take turns."""
    found: dict[tuple[str, int], list[Load]] = {}
    cost: dict[tuple[str, int], list[Load]] = {}
    files = {
        (action, many): write_requests(folder / f"{action} {many}", sent)
        for many in (1, applications)
        for action, sent in requests(subject, many).items()
    }
    for number in range(applications):  # each is taken up once, as any server has after a while
        for at in range(TYPES):
            answer = subject.call(f"a{number}", "loadEntityData", {"entityType": f"t{number}_{at}", "limit": 1})
            if len(answer["data"]) != 1:
                raise RuntimeError(f"Type {at} of application {number} is empty")
    for place in range(rounds):
        for (action, many), file in files.items():
            before = processor_seconds(project)
            taken = load(subject.address, file, subject.authorization, seconds, connections)
            found.setdefault((action, many), []).append(taken)
            spent = processor_seconds(project) - before
            cost.setdefault((action, many), []).append(Load(taken.requests / spent))
            print(f"  {place + 1}/{rounds} {action}, {many}: {taken.per_second:,.0f}/s", flush=True)
    rows = []
    for action in ("list", "create"):
        name, one = f"{action}, {applications} applications", (action, 1)
        rows.append(compare(name, found[action, applications], found[one], "one", 0))
        note = "each second of processor time"
        rows.append(compare(name, cost[action, applications], cost[one], "one", TARGET, note))
    return rows


def processor_seconds(project: Path) -> float:
    """Return what the processes that work in a project have used so far: the server and its database."""
    ticks = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it may have ended
            if (process / "cwd").readlink().is_relative_to(project):
                ticks += sum(int(one) for one in (process / "stat").read_text().rpartition(")")[2].split()[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Run what was asked for; return 1 when a target was missed."""
    parser = argparse.ArgumentParser(prog="bench/crowd", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--applications", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=3, help="seconds of each load")
    parser.add_argument("--rounds", type=int, default=5, help="turns that each takes")
    parser.add_argument("--connections", type=int, default=1, help="requests under way at once")
    parser.add_argument("--trial", action="store_true", help="write nothing")
    given = parser.parse_args()
    folder = KEPT / str(given.applications)
    seed = Seed({f"a{number}": model(number) for number in range(given.applications)}, {})
    print(f"{given.applications} applications: made in {torque.prepare(folder, seed):.0f} s", flush=True)
    run = outcome.begin(
        {
            "applications": given.applications,
            "seconds a load": given.seconds,
            "rounds": given.rounds,
            "connections": given.connections,
        },
        {},
    )
    with torque.serve(folder) as subject, tempfile.TemporaryDirectory(prefix="tq-crowd-") as name:
        run.groups["crowd"] = measure(
            subject, folder, given.applications, given.seconds, given.rounds, given.connections, Path(name)
        )
    rows = run.groups["crowd"]
    print(f"\n{outcome.table(run)}\n\n{outcome.about(run)}")
    if not given.trial:
        outcome.embed("crowd", f"{outcome.table(run)}\n\n{outcome.about(run)}")
        print(f"Kept as {keep(run, run.at, RUNS).relative_to(BENCH.parent)}")
    return 1 if any(row.met is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
