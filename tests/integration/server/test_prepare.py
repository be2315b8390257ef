"""What a start prepares, and what it prints."""

import os

import pytest

from tests.integration.xflow.flows import document
from torque.config import Config
from torque.native import Generations
from torque.platform import Platform
from torque.server import prepare as preparing
from torque.server.board import WRITES_UNTIL, Board
from torque.server.order import Order
from torque.server.welcome import welcome
from torque.types import Caller, RunContext, new_id

LOCAL = Caller.local("test")


async def test_a_start_names_a_few_applications_and_counts_the_others(
    platform: Platform, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All names of many applications would not fit the pipe to the supervisor, and the start would wait for ever."""
    monkeypatch.setattr(preparing, "NAMED", 1)
    for name in ("first", "second", "third"):
        imported = await platform.models.import_document(LOCAL, document(name, []))
        await platform.applications.run(LOCAL, imported.model.id)
    context = RunContext(run_id=new_id(), workers=1, generations_fd=Generations.create())
    order = Order(context=context, config=config, parent=os.getppid(), board_fd=Board.create(1))
    Board(order.board_fd, 1).set(WRITES_UNTIL, 1 << 62)
    said = await preparing.prepare(order)
    assert (said["applications"], said["more"]) == (["first"], 2)
    lines = welcome(config, said)
    assert "/app/first\n" in lines
    assert "and 2 more" in lines
