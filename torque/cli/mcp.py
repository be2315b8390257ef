"""`torque mcp`: the Model Context Protocol over stdin and stdout."""

import os

import click

from torque.api.mcp.app import serve_stdio
from torque.cli.invocation import Invocation
from torque.cli.root import Command
from torque.cli.workplace import at_work
from torque.platform import Platform


@click.command(
    cls=Command,
    examples=[
        ("torque mcp", "as the local administrator"),
        ("TORQUE_TOKEN=tq_... torque mcp", "with the rights of a token"),
        ("torque mcp --tools models,workflows", "with the tools that build applications"),
    ],
)
@click.option(
    "--tools",
    "sets",
    metavar="SETS",
    default="",
    help="Sets of tools to list, between commas: records (the default), models, workflows, history, all.",
)
@click.pass_obj
def mcp(state: Invocation, sets: str) -> None:
    """Serve the Model Context Protocol over stdio, for an agent that starts commands."""

    async def work(platform: Platform) -> None:
        await serve_stdio(platform, os.environ.get("TORQUE_TOKEN"), tuple(name for name in sets.split(",") if name))

    at_work(state, work)
