"""`bench/run_peers`: Torque beside PocketBase, asyncpg alone and a bare handler, in one run on one machine.

It seeds both sides, checks that both answer the same, lets them take turns and prints one table. What a group of
figures came to is written down as soon as it is there; `--resume` goes on with the groups that are missing.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psycopg

from bench.kept import keep, last
from bench.peers import large, pocketbase, reads, torque, writes
from bench.peers.outcome import BENCH, Row, Run, about, begin, embed, table
from bench.peers.records import document, entity, index
from bench.peers.stage import Stage, stage
from bench.peers.torque import Seed

RUNS = BENCH / "runs" / "peers"
KEPT = BENCH.parent / ".bench" / "peers"
READING: Mapping[str, Callable[[Stage], list[Row]]] = {"reads": reads.measure, "lists": large.measure_lists}
WRITING: Mapping[str, Callable[[Stage], list[Row]]] = {"writes": writes.measure, "bulk": large.measure_bulk}
GROUPS = (*READING, *WRITING, "import")
UNCACHED = {"behavior": {"caching": {"enabled": False}}}


def reading(records: int) -> Seed:
    """Return the project that is read: all records with an index and never cached, and some that are cached."""
    item = entity("item", indexes=[index("item")], **UNCACHED)
    model = document("reads", item, entity("note"))
    return Seed({"reads": model.decode()}, {"reads": {"item": records, "note": writes.NOTES}})


def writing(victims: int) -> Seed:
    """Return the project that is written to."""
    links = [{"name": f"{name}_id", "field_type": {"type": "Reference", "entity": "note"}}
             for name in ("first", "second")]  # fmt: skip
    model = document("writes", entity("note"), entity("entry"), entity("line", *links), entity("victim"))
    return Seed({"writes": model.decode()}, {"writes": {"note": writes.NOTES, "victim": victims}})


class Runner:
    """One run: seeds what a group needs, measures it, writes down what came out.

    Parameters
    ----------
    home
        Where seeded projects and the program of PocketBase lie.
    folder
        For files of this run alone.
    """

    def __init__(self, given: argparse.Namespace, run: Run, home: Path, folder: Path, program: Path) -> None:
        self._given = given
        self._run = run
        self._home = home
        self._folder = folder
        self._program = program

    def seed(self, count: int) -> tuple[Path, Path]:
        """Make the projects that are read, unless they are there; return Torque's and PocketBase's."""
        own, other = self._home / f"torque-{count}", self._home / f"pocketbase-{count}"
        print(f"Torque with {count:,} records: {torque.prepare(own, reading(count)):.0f} s", flush=True)
        seconds = pocketbase.prepare(self._program, other, {"item": (count, True)})
        print(f"PocketBase with {count:,} records: {seconds:.0f} s", flush=True)
        return own, other

    def measure(self, wanted: Sequence[str]) -> None:
        """Measure groups, those that share a project together."""
        given = self._given
        if chosen := [name for name in READING if name in wanted]:
            self._together(self.seed(given.records), READING, chosen)
        if chosen := [name for name in WRITING if name in wanted]:
            victims = writes.victims(given.seconds, given.rounds)
            own, other = self._folder / "torque", self._folder / "pocketbase"
            torque.prepare(own, writing(victims))
            pocketbase.prepare(self._program, other, {"note": (writes.NOTES, False), "entry": (0, False),
                                                      "victim": (victims, False)})  # fmt: skip
            self._together((own, other), WRITING, chosen)
        if "import" in wanted:
            rows, rounds, folder = given.import_rows, given.import_rounds, self._folder / "import"
            self._one("import", lambda: large.measure_import(folder, rows, rounds))

    def _together(
        self, projects: tuple[Path, Path], groups: Mapping[str, Callable[[Stage], list[Row]]], wanted: Sequence[str]
    ) -> None:  # fmt: skip
        given = self._given
        for name in wanted:
            files = self._folder / f"{name} files"
            with stage(projects, self._program, files, given.records, given.seconds, given.rounds) as ready:
                with psycopg.connect(ready.torque.dsn) as connection:
                    row = connection.execute("SHOW server_version").fetchone()
                self._run.versions["PostgreSQL"] = str(row[0]) if row else ""
                self._one(name, lambda ready=ready, name=name: groups[name](ready))  # type: ignore[misc]

    def _one(self, name: str, work: Callable[[], list[Row]]) -> None:
        print(f"{name}:", flush=True)
        started = time.monotonic()
        self._run.groups[name] = work()
        self._run.seconds[name] = round(time.monotonic() - started, 1)
        if self._given.keep_run:
            keep(self._run, self._run.at, RUNS)


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench/run_peers", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--records", type=int, default=1_000_000, help="records that are read and listed")
    parser.add_argument("--seconds", type=float, default=4, help="seconds of each load")
    parser.add_argument("--rounds", type=int, default=3, help="turns that each subject takes")
    parser.add_argument("--import-rows", type=int, default=0, help="rows of the import; as many as records")
    parser.add_argument("--import-rounds", type=int, default=1, help="turns of the import")
    parser.add_argument("--only", default=",".join(GROUPS), help=f"groups of {', '.join(GROUPS)}")
    parser.add_argument("--keep", action="store_true", help=f"keep the seeded records in {KEPT.parent.name} for later")
    parser.add_argument("--seed", action="store_true", help="only seed, for a later run; implies --keep")
    parser.add_argument("--resume", action="store_true", help="go on with the last run, leave out what it has")
    parser.add_argument("--trial", dest="keep_run", action="store_false", help="write nothing under runs, nor the page")
    given = parser.parse_args(arguments)
    given.import_rows = given.import_rows or given.records
    if unknown := set(given.only.split(",")) - set(GROUPS):
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    return given


def main() -> int:
    """Run what was asked for; return 1 when a target was missed."""
    given = parse()
    with tempfile.TemporaryDirectory(prefix="tq-peers-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        home = KEPT if given.keep or given.seed or KEPT.exists() else folder
        program = pocketbase.install(home / "tools")
        settings = {"records": given.records, "seconds a load": given.seconds, "rounds": given.rounds}
        run = last(RUNS, Run) if given.resume else None
        if run is not None and run.settings != settings:
            print("The last run had other settings; give the same, or leave out --resume.", file=sys.stderr)
            return 2
        run = run or begin(settings, {"PocketBase": pocketbase.version(program), "wrk": _wrk()})
        runner = Runner(given, run, home, folder, program)
        if given.seed:
            runner.seed(given.records)
            return 0
        runner.measure([group for group in given.only.split(",") if group not in run.groups])
        if not given.keep and home == KEPT:
            torque.remove(KEPT)
    run.groups = {group: run.groups[group] for group in GROUPS if group in run.groups}
    print(f"\n{table(run)}\n\n{about(run)}\n{sum(run.seconds.values()):.0f} s of measuring")
    if given.keep_run:
        embed("peers", f"{table(run)}\n\n{about(run)}")
        print(f"Kept as {keep(run, run.at, RUNS).relative_to(BENCH.parent)}")
    return 1 if any(row.met is False for rows in run.groups.values() for row in rows) else 0


def _wrk() -> str:
    return subprocess.run(["wrk", "-v"], capture_output=True, text=True).stdout.split()[1]


if __name__ == "__main__":
    sys.exit(main())
