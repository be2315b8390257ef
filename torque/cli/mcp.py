"""`torque mcp`: the Model Context Protocol over stdin and stdout."""

import os

import click

from torque.api.mcp.app import run_stdio
from torque.cli.invocation import Invocation
from torque.cli.root import Command
from torque.cli.workplace import LOCAL, at_work
from torque.platform import Platform
from torque.types import Caller, new_id


@click.command(
    cls=Command,
    examples=[
        ("torque mcp", "as the local administrator"),
        ("TORQUE_TOKEN=tq_... torque mcp", "with the rights of a token"),
    ],
)
@click.pass_obj
def mcp(state: Invocation) -> None:
    """Serve the Model Context Protocol over stdio, for an agent that starts commands."""

    async def work(platform: Platform) -> None:
        await run_stdio(platform, await _identity(platform))

    at_work(state, work)


async def _identity(platform: Platform) -> Caller:
    secret = os.environ.get("TORQUE_TOKEN")
    if not secret:
        return LOCAL
    return await platform.access.authenticate(f"Bearer {secret}", None, protocol="mcp", request_id=new_id())
