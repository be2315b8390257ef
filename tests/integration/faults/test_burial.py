"""A dead worker is replaced only once nothing of it is left in the database."""

import asyncio
import os
import signal
import sys

import pytest

from tests.support.waiting import eventually
from torque.config import Config
from torque.db.hosts import Hosts, Run
from torque.db.pool import Database
from torque.native import Generations
from torque.observe import Observer
from torque.server.board import Board
from torque.server.child import Child
from torque.server.fleet import Fleet
from torque.server.order import Order
from torque.server.presence import Presence
from torque.types import RunContext, new_id


class Patient(Presence):
    """Ends what a dead worker left when it is told to."""

    def begin(self) -> None:
        """Have buried nobody yet."""
        self.asked: list[str] = []
        self.go_on = asyncio.Event()

    async def bury(self, application_name: str) -> None:
        """Wait for the word."""
        self.asked.append(application_name)
        await self.go_on.wait()
        await super().bury(application_name)


async def test_a_worker_is_replaced_after_what_it_left_is_gone(
    config: Config, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = RunContext(run_id=new_id(), workers=1, generations_fd=Generations.create())
    order = Order(context=context, config=config, parent=os.getppid(), board_fd=Board.create(1))
    presence = Patient(Hosts(db, Run(context.run_id, "here", 1, 1)), Generations(context.generations_fd), Observer())
    presence.begin()
    fleet, born = Fleet(order, presence, Board(order.board_fd, 1), Observer()), 0

    def spawn(number: int) -> None:
        nonlocal born
        born += 1
        lives = "pass" if born == 1 else "import signal; signal.pause()"
        fleet._workers[number] = Child([sys.executable, "-c", lives], [])

    monkeypatch.setattr(fleet, "_spawn", spawn)
    spawn(0)
    keeping = asyncio.ensure_future(fleet._keep(0))
    await eventually(lambda: presence.asked)
    for _ in range(20):  # steps of the loop, so that whoever does not wait has gone on
        await asyncio.sleep(0)
    assert (presence.asked, born) == ([f"torque:{context.run_id}:0"], 1)
    presence.go_on.set()
    await eventually(lambda: born == 2)
    keeping.cancel()
    fleet._workers[0].send(signal.SIGKILL)
    await fleet._workers[0].wait(5.0)
