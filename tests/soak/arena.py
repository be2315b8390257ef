"""Servers on one database, players and harm: one run of the coherence test."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tests.integration.api.tokens import make_token
from tests.soak.chaos import OPTIONS, Chaos
from tests.soak.checker import check_database
from tests.soak.lag import Watcher
from tests.soak.model import DOCUMENT
from tests.soak.players import Player
from tests.soak.rights import Registrar
from tests.soak.truth import Fact, Truth
from tests.soak.wire import Wire
from tests.support.server import RunningServer
from tests.support.waiting import eventually
from torque.config import Config, DatabaseSettings
from torque.db.embedded import Embedded, join
from torque.db.migrate import migrate
from torque.platform import Platform
from torque.types import Caller, RunContext

NOTICES = 4
APPS = ("soak", "soak-2", "soak-3", "soak-4")
"""Applications of one model: what is written in them at the same moment goes to the database together."""

WATCHED = 1
"""The last of the shared notices belongs to the watcher alone."""

LOCAL = Caller.local("test")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How long and how hard.

    Parameters
    ----------
    operations
        Answered calls after which a run ends, once all harm is done.
    harms
        What is done, one after the other; None does any, for as long as the run lasts.
    between
        Operations between two harms.
    """

    operations: int
    players: int = 8
    workers: Sequence[int] = (2, 2)
    harms: Sequence[str] | None = ()
    between: int = 300
    writes: float = 0.3
    seed: int = 0


class Outcome(msgspec.Struct, kw_only=True):
    """What a run did and found."""

    reads: int
    writes: int
    unanswered: int
    seconds: float
    harms: list[str]
    healthy: list[float]
    harmed: list[float]
    violations: list[str]
    unauthorised: list[str]
    unexpected: list[str]
    database: list[str]

    @property
    def bad(self) -> list[str]:
        """Everything that must not be."""
        return self.violations + self.unauthorised + self.unexpected + self.database

    def summary(self) -> str:
        """Return the figures in one line."""
        return (
            f"{self.reads + self.writes} operations ({self.writes} writes, {self.unanswered} not answered) in "
            f"{self.seconds:.0f} s, {len(self.harms)} harms; stale {len(self.violations)}, unauthorised "
            f"{len(self.unauthorised)}, unexpected {len(self.unexpected)}, database {len(self.database)}"
        )


async def prepare(dsn: str, folder: Path) -> tuple[str, str, list[Fact]]:
    """Make the applications; return the model's id, an administrator's token, and the records all players share."""
    await asyncio.to_thread(migrate, dsn)
    config = Config(folder=str(folder), database=DatabaseSettings(url=dsn))
    platform = await Platform.open(config, RunContext.alone())
    try:
        model = (await platform.models.import_document(LOCAL, DOCUMENT)).model
        shared, rooms = list[Fact](), []
        for name in APPS:
            application = await platform.applications.create(LOCAL, model.id, name)
            rooms.append((name, await platform.catalog.get(application.id)))
        for name, running in [room for room in rooms for _ in range(NOTICES)] + rooms[:1] * WATCHED:
            answer = await platform.entities.create(LOCAL, running, "notice", {"owner": str(len(shared))})
            fact = Fact("notice", msgspec.json.decode(answer.result)["id"], app=name)
            fact.version = 1
            shared.append(fact)
        running = rooms[0][1]
        made = await platform.entities.create(
            LOCAL, running, "customer", {"owner": "registrar", "mark": 1, "email": "registrar@example.org"}
        )
        shared.append(Fact("registry", msgspec.json.decode(made.result)["id"]))
    finally:
        await platform.close()
    return model.id, await make_token(dsn), shared


@contextlib.asynccontextmanager
async def servers_on(dsn: str, folder: Path, workers: Sequence[int]) -> AsyncIterator[list[RunningServer]]:
    """Start servers on one database, and end them."""
    made: list[RunningServer] = []
    try:
        for number, count in enumerate(workers):
            place = folder / f"server{number}"
            place.mkdir(exist_ok=True)
            made.append(RunningServer(place, {"database.url": dsn, "server.workers": count}).start(wait=False))
        for server in made:
            await asyncio.to_thread(server.wait_ready)
        yield made
    finally:
        for server in made:
            server.kill()


async def play(plan: Plan, folder: Path) -> Outcome:
    """Run the whole of a plan on a database and servers of its own."""
    use = join(folder / "pg", OPTIONS)
    try:
        model_id, token, shared = await prepare(use.dsn, folder)
        async with servers_on(use.dsn, folder, plan.workers) as servers:
            outcome = await _game(plan, servers, use, folder, token, model_id, shared)
        outcome.database = await asyncio.to_thread(check_database, use.dsn)
        return outcome
    finally:
        use.close()


async def _game(
    plan: Plan, servers: Sequence[RunningServer], use: Embedded, folder: Path, token: str, model_id: str,
    shared: list[Fact],
) -> Outcome:  # fmt: skip
    chance = random.Random(plan.seed)
    truth, begin, over = Truth(), time.monotonic(), asyncio.Event()
    for fact in shared[: NOTICES * len(APPS)]:
        truth.add(fact)
    chaos = Chaos(servers, use, folder / "pg", chance)
    wires = [Wire([server.port for server in servers], random.Random(chance.random())) for _ in range(plan.players + 2)]
    common: dict[str, Any] = {"stopped": over.is_set, "chance": random.Random(chance.random())}
    players = [
        Player(wire, truth, token, f"p{number}", apps=APPS, writes=plan.writes, **common)
        for number, wire in enumerate(wires[2:])
    ]
    registrar = Registrar(wires[0], truth, token, name="clerk", model_id=model_id, record=shared[-1].id, **common)
    watcher = Watcher(wires[1], truth, token, record=shared[-2], harmed=chaos.last, **common)
    work = [*(player.run() for player in players), registrar.run()]
    tasks = [asyncio.ensure_future(one) for one in (*work, *([watcher.run()] if len(servers) > 1 else []))]
    try:
        await _harm(plan, chaos, truth, tasks)
        await _progress(truth, tasks, max(plan.operations, truth.reads + truth.writes + plan.between))
        over.set()
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for wire in wires:
            wire.close()
    return Outcome(
        reads=truth.reads, writes=truth.writes, unanswered=truth.unanswered, seconds=time.monotonic() - begin,
        harms=chaos.done, healthy=watcher.healthy, harmed=watcher.harmed, violations=truth.violations,
        unauthorised=truth.unauthorised, unexpected=truth.unexpected, database=[],
    )  # fmt: skip


async def _harm(plan: Plan, chaos: Chaos, truth: Truth, tasks: Sequence["asyncio.Future[None]"]) -> None:
    """Do one harm after the other, with some play in between."""
    if plan.harms is not None:
        for name in plan.harms:
            await _progress(truth, tasks, truth.reads + truth.writes + plan.between)
            await chaos.harm(name)
        return
    chance, names = random.Random(plan.seed), list(chaos.harms)
    while truth.reads + truth.writes < plan.operations:
        await _progress(truth, tasks, truth.reads + truth.writes + plan.between)
        await chaos.harm(chance.choice(names))


async def _progress(truth: Truth, tasks: Sequence["asyncio.Future[None]"], target: int) -> None:
    """Return when so many operations were answered; a player that failed ends the run."""

    def reached() -> bool:
        for task in tasks:
            if task.done():
                task.result()
        return truth.reads + truth.writes >= target or bool(truth.violations or truth.unauthorised)

    await eventually(reached, 7200.0, f"{target} operations")
