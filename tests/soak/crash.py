"""The whole server killed in the middle of writes, again and again: nothing acknowledged is lost, nothing half done."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from tests.soak.arena import APPS, NOTICES, WATCHED, prepare
from tests.soak.checker import check_database
from tests.soak.players import Player
from tests.soak.truth import Truth
from tests.soak.wire import Wire
from tests.support.processes import descendants
from tests.support.server import RunningServer, alive, stop_process
from tests.support.waiting import eventually, until
from torque.db.embedded import join

PLAYERS = 8
RECORDS = "SELECT id::text, version, data ->> 'mark', data ->> 'owner' FROM entities"


class Crashes(msgspec.Struct, kw_only=True):
    """What the kills did."""

    rounds: int = 0
    writes: int = 0
    seconds: float = 0.0
    problems: list[str] = []
    unexpected: list[str] = []

    def close(self, truth: Truth, seconds: float) -> None:
        """Take over what the players found."""
        self.problems += truth.violations + truth.unauthorised
        self.writes, self.unexpected, self.seconds = truth.writes, truth.unexpected, seconds

    def summary(self) -> str:
        """Return the figures in one line."""
        return (
            f"killed {self.rounds} times during {self.writes} writes in {self.seconds:.0f} s; "
            f"problems {len(self.problems)}, unexpected {len(self.unexpected)}"
        )


async def crash(rounds: int, folder: Path, seed: int = 0, writes: tuple[int, int] = (40, 160)) -> Crashes:
    """Kill a server that often while clients write, and check its database each time before it starts again.

    Parameters
    ----------
    writes
        Fewest and most writes between two kills.
    """
    chance, begin = random.Random(seed), time.monotonic()
    truth, over = Truth(), asyncio.Event()
    server = RunningServer(folder, {"server.workers": 2})
    use = join(_database(folder))
    _, token, shared = await prepare(use.dsn, folder)
    for fact in shared[: NOTICES * len(APPS)]:
        truth.add(fact)
    server.start(wait=False)
    await asyncio.to_thread(server.wait_ready)
    use.close()
    players, wires = _players(server.port, truth, token, chance, over.is_set)
    tasks = [asyncio.ensure_future(player.run()) for player in players]
    result = Crashes()
    try:
        for _ in range(rounds):
            await _until_written(truth, tasks, truth.writes + chance.randrange(*writes))
            await asyncio.to_thread(_kill, server, chance.random() < 0.5)
            result.rounds += 1
            result.problems += await _check(folder, truth, players)
            server.start(wait=False)
            await asyncio.to_thread(server.wait_ready)
        await _until_written(truth, tasks, truth.writes + writes[0])
        over.set()
        await asyncio.gather(*tasks)
        await asyncio.to_thread(_kill, server, False)
        result.problems += await _check(folder, truth, players)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        server.kill()
        for wire in wires:
            wire.close()
    result.close(truth, time.monotonic() - begin)
    return result


def _players(
    port: int, truth: Truth, token: str, chance: random.Random, stopped: Callable[[], bool]
) -> tuple[list[Player], list[Wire]]:
    wires = [Wire([port], random.Random(chance.random())) for _ in range(PLAYERS)]
    common: dict[str, Any] = {"apps": APPS, "writes": 0.9, "stopped": stopped}
    players = [
        Player(wire, truth, token, f"p{number}", chance=random.Random(chance.random()), **common)
        for number, wire in enumerate(wires)
    ]
    return players, wires


def _database(folder: Path) -> Path:
    return folder / ".torque" / "pg"


def _kill(server: RunningServer, database: bool) -> None:
    """Kill the supervisor and all it started, with its Postgres or not; return when all of them are gone."""
    postgres = int((_database(server.folder) / "postmaster.pid").read_text().split()[0])
    family = [*descendants(server.pid), postgres, *descendants(postgres)]
    if database:
        stop_process(postgres)
    server.kill()
    until(lambda: not [pid for pid in family if alive(pid)], 30.0, "the end of the server and its database")


async def _until_written(truth: Truth, tasks: Sequence["asyncio.Future[None]"], target: int) -> None:
    def reached() -> bool:
        for task in tasks:
            if task.done():
                task.result()
        return truth.writes >= target

    await eventually(reached, 300.0, f"{target} writes")


async def _check(folder: Path, truth: Truth, players: Sequence[Player]) -> list[str]:
    """Recover the database and compare it with itself and with what was acknowledged."""
    use = await asyncio.to_thread(join, _database(folder))
    try:
        problems = await asyncio.to_thread(check_database, use.dsn)
        with psycopg.connect(use.dsn) as connection:
            rows = connection.execute(RECORDS).fetchall()
    finally:
        use.close()
    records = {row[0]: (row[1], int(row[2] or 0)) for row in rows}
    for fact in truth.facts.values():
        found = records.pop(fact.id, None)
        if found is None:
            if not fact.going:
                problems.append(f"lost: {fact.kind} {fact.id} at version {fact.version}")
        elif fact.gone is not None:
            problems.append(f"came back: {fact.kind} {fact.id} at {found}")
        elif found[0] < fact.version or not fact.mark <= found[1] <= fact.attempted:
            problems.append(f"{fact.kind} {fact.id} is at {found}, acknowledged {fact.version}, {fact.mark}")
    creating = sum(player.pending.count("createEntity") for player in players)
    unknown = len(records) - 1 - WATCHED  # one customer and the watched notice belong to nobody
    if unknown > creating:
        problems.append(f"{unknown} records that nobody made; {creating} may be being made")
    return problems
