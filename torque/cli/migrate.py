"""`torque migrate`: the schema of the database."""

import click
import msgspec

from torque.cli.database import database, run_migration
from torque.cli.invocation import Invocation
from torque.cli.project import load_config
from torque.cli.root import Command
from torque.config import Config
from torque.db.migrate import plan, status


@click.command(
    cls=Command,
    examples=[
        ("torque migrate", "bring the schema to the newest version"),
        ("torque migrate --status", "what is applied, what waits"),
        ("torque migrate --dry-run", "print the SQL only"),
        ("torque migrate --down --to 0 --yes", "remove everything"),
    ],
)
@click.option("--up", "direction", flag_value="up", default=True, help="Apply what waits (the default).")
@click.option("--down", "direction", flag_value="down", help="Take the last step back, or all above --to.")
@click.option("--status", "direction", flag_value="status", help="Show every step and its state.")
@click.option("--to", type=click.IntRange(0), metavar="N", help="Version to arrive at.")
@click.option("--dry-run", is_flag=True, help="Print the SQL; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before going down.")
@click.pass_obj
def migrate(state: Invocation, direction: str, to: int | None, dry_run: bool, yes: bool) -> None:
    """Bring the database schema up or down, or show its state."""
    config = load_config(state)
    with database(config) as dsn:
        if direction == "status":
            _show(state, dsn)
            return
        target = _target(dsn, direction, to)
        if dry_run:
            text = plan(dsn, to=target)
            state.output.result({"sql": text}, text or "-- nothing to do")
            return
        if direction == "down":
            state.confirm(f"Go down to version {target}? What the newer steps hold is lost.", yes)
        _go(state, config, dsn, target)


def _target(dsn: str, direction: str, to: int | None) -> int | None:
    applied = sum(step.state != "pending" for step in status(dsn))
    target = to
    if direction == "down" and to is None:
        target = max(applied - 1, 0)
    if target is not None and (target < applied) != (direction == "down") and target != applied:
        raise click.UsageError(f"The database is at version {applied}; {target} is not {direction} from there.")
    return target


def _go(state: Invocation, config: Config, dsn: str, target: int | None) -> None:
    done = run_migration(dsn, target, config.database.partitions)
    for step in done:
        state.output.message(f"  {step}")
    version = sum(step.state == "applied" for step in status(dsn))
    state.output.result({"done": done, "version": version}, f"The schema is at version {version}.")


def _show(state: Invocation, dsn: str) -> None:
    rows = [msgspec.to_builtins(step) for step in status(dsn)]
    state.output.table(rows, ["version", "name", "state", "applied_at"], "There are no migrations.")
