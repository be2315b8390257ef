"""`bench/growth`: how the cost of a get, a list and a create grows with the records and the connections.

Every size is a project of its own, seeded once by the product's import and kept in `.bench/`, so that a run on a quiet
machine only measures: about half a minute a size. Seeding takes about 1 s for 10,000 records, 8 s for 100,000, a
minute for 1,000,000 and six for 5,000,000. What a size came to is written down at once; `--resume` goes on.
"""

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.growing.plot import draw
from bench.growing.points import Growth, Point, short
from bench.kept import keep, last
from bench.peers import large, outcome, torque
from bench.peers.load import Request, load, write_requests
from bench.peers.outcome import BENCH
from bench.peers.records import DAYS, document, entity, index, record
from bench.peers.torque import Seed, Torque
from torque.entity.tuning.indexing import MANY_RECORDS, OFTEN, SOME_RECORDS

RUNS = BENCH / "runs" / "growth"
KEPT = BENCH.parent / ".bench" / "growth"
PLOT = BENCH / "growth.svg"
SIZES = "10000,100000,1000000,5000000"
CONNECTIONS = (1, 16, 256)
SETTLING_SECONDS = 8.0
"""A server writes down every five seconds what was slow."""
ROOM = 1.1
"""How many times its size a project may hold: creates of runs before are left in."""


def seed_of(size: int) -> Seed:
    """Return the project of a size: one type with the index that its list needs, never cached."""
    item = entity("item", indexes=[index("item")], behavior={"caching": {"enabled": False}})
    return Seed({"reads": document("reads", item).decode()}, {"reads": {"item": size}})


def actions(subject: Torque) -> dict[str, list[Request]]:
    """Return the requests of each action; those that add records come last."""
    ids = subject.ids("reads", "item", 10_000)
    return {
        "get": [subject.request("reads", "getEntity", {"entityType": "item", "entityId": one}) for one in ids],
        "list": [subject.request("reads", "loadEntityData", large.query(n)[0]) for n in range(2 * DAYS)],
        "create": [
            subject.request("reads", "createEntity", {"entityType": "item", "data": record(n).values()})
            for n in range(2000)
        ],
    }


def prepare(size: int) -> Path:
    """Seed a size unless it is there and still about that large; return its folder."""
    folder = KEPT / str(size)
    taken = torque.prepare(folder, seed_of(size))
    if not taken:
        with torque.serve(folder) as subject:
            grown = subject.count("reads", "item") > ROOM * size
        if grown:
            (folder / "seeded.json").unlink()
            taken = torque.prepare(folder, seed_of(size))
    if SOME_RECORDS < size <= MANY_RECORDS:
        settle(folder, size)
    print(f"{short(size)} records: seeded in {taken:.0f} s", flush=True)
    return folder


def settle(folder: Path, size: int) -> None:
    """Ask for the list until it is noted as slow often, and let upkeep act on it, as a server does in two minutes."""
    with torque.serve(folder) as subject:
        until = time.monotonic() + SETTLING_SECONDS
        for number in itertools.count():
            subject.call("reads", "loadEntityData", large.query(number)[0])
            if number > 2 * OFTEN and time.monotonic() > until:
                break
    torque.prepare(folder, seed_of(size))


def measure(size: int, seconds: float, place: Path) -> list[Point]:
    """Measure all actions over all numbers of connections at one size."""
    found = []
    with torque.serve(prepare(size)) as subject:
        subject.call("reads", "loadEntityData", {"entityType": "item", "limit": 1})  # learns of the indexes
        first = subject.call("reads", "loadEntityData", large.query(1)[0])["data"]
        if len(first) != min(50, size) or subject.count("reads", "item") < size:
            raise RuntimeError(f"The project of {size} records does not answer what it must")
        for action, requests in actions(subject).items():
            file = write_requests(place / f"{action} {size}", requests)
            for connections in CONNECTIONS:
                result = load(subject.address, file, subject.authorization, seconds, connections)
                found.append(Point(action, size, connections, result.per_second, result.p99))
                print(f"  {action}, {connections} connections: {result.per_second:,.0f}/s, p99 {result.p99:.1f} ms",
                      flush=True)  # fmt: skip
    return found


def table(growth: Growth) -> str:
    """Return the points as a table in Markdown: requests per second, and the p99 in milliseconds."""
    head = ["", *(f"{action}, {n} conn." for action in ("get", "list", "create") for n in CONNECTIONS)]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    at: dict[tuple[int, str, int], Point] = {(p.records, p.action, p.connections): p for p in growth.points}
    for size in growth.sizes:
        cells = [short(size)]
        for action in ("get", "list", "create"):
            cells += [_cell(at.get((size, action, n))) for n in CONNECTIONS]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(point: Point | None) -> str:
    return f"{point.per_second:,.0f}/s, {point.p99:,.1f} ms" if point else ""


def run(growth: Growth, sizes: Sequence[int], tell: Callable[[Growth], object]) -> None:
    """Measure the sizes that are missing, and tell after each."""
    with tempfile.TemporaryDirectory(prefix="tq-growth-") as name:
        for size in sizes:
            if size in growth.sizes:
                continue
            begun = time.monotonic()
            growth.points += measure(size, growth.seconds, Path(name))
            growth.took[str(size)] = round(time.monotonic() - begun, 1)
            tell(growth)


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        prog="bench/growth", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sizes", default=SIZES, help=f"numbers of records; {SIZES}")
    parser.add_argument("--seconds", type=float, default=3, help="seconds of each load")
    parser.add_argument("--seed", action="store_true", help="only seed, for a later run")
    parser.add_argument("--resume", action="store_true", help="go on with the last run, leave out what it has")
    parser.add_argument("--trial", action="store_true", help="write nothing: no run, no plot")
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",")]
    if given.seed:
        for size in sizes:
            prepare(size)
        return 0
    base = outcome.begin({}, {})
    growth = last(RUNS, Growth) if given.resume else None
    growth = growth or Growth(
        at=base.at, machine=base.machine, versions=base.versions, commit=base.commit, seconds=given.seconds
    )
    run(growth, sizes, (lambda _: None) if given.trial else (lambda found: keep(found, found.at, RUNS)))
    print(f"\n{table(growth)}")
    if not given.trial:
        publish(growth)
    return 0


def publish(growth: Growth) -> None:
    """Draw the plot and put it with its table into the page."""
    PLOT.write_text(draw(growth), encoding="utf-8")
    about = outcome.about(outcome.Run(at=growth.at, machine=growth.machine, versions=growth.versions,
                                      commit=growth.commit, settings={"seconds a load": growth.seconds}))  # fmt: skip
    took = ", ".join(f"{short(int(size))} {seconds:.0f} s" for size, seconds in growth.took.items())
    text = f"![Requests per second and p99 by records and connections]({PLOT.name})\n\n{table(growth)}\n\n"
    outcome.embed("growth", f"{text}{about} Each size took: {took}.")
    print(
        f"Kept as {keep(growth, growth.at, RUNS).relative_to(BENCH.parent)}, drawn as {PLOT.relative_to(BENCH.parent)}"
    )


if __name__ == "__main__":
    sys.exit(main())
