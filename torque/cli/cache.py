"""`torque cache`: caches of running servers."""

import click

from torque.cli.invocation import Invocation
from torque.cli.root import Group
from torque.cli.workplace import at_work
from torque.platform import Platform
from torque.sync.messages import DropSignal


@click.group(cls=Group)
def cache() -> None:
    """Tell every server that the database was changed by hand."""


@cache.command(examples=[("torque cache flush", "after an UPDATE in psql")])
@click.pass_obj
def flush(state: Invocation) -> None:
    """Empty the caches of every server that uses this database."""

    async def work(platform: Platform) -> None:
        platform.relay.send(DropSignal())
        state.output.result({"flushed": True}, "Told every server; their caches are empty within a second.")

    at_work(state, work)
