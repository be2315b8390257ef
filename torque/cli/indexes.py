"""`torque model indexes`: what an application wants indexed, what it has, and what was asked without an index."""

from functools import partial

import click
import msgspec

from torque.cli.invocation import Invocation
from torque.cli.root import Command
from torque.cli.workplace import at_work
from torque.db.session import beside
from torque.entity.tuning.advice import Advice, advise
from torque.entity.tuning.index_upkeep import Upkeep, keep_indexes
from torque.platform import Platform

_STEPS = {
    "index_begun": "building {index} ({place})",
    "index_built": "built {index} in {seconds} s",
    "index_dropped": "dropped {index}",
    "index_failed": "could not build {index}: {error}",
    "summary_built": "made the summary {summary}",
    "summary_dropped": "dropped the summary {summary}",
    "summary_failed": "could not make the summary {summary}: {error}",
    "summary_refused": "left out the summary {summary}: it has too many groups",
}


@click.command(
    "indexes",
    cls=Command,
    examples=[
        ("torque model indexes shop", "indexes wanted, there, being built; slow questions that had none"),
        ("torque model indexes shop --build", "do now what a server does every minute"),
    ],
)
@click.argument("app_ref", metavar="APP")
@click.option("--build", is_flag=True, help="Build and drop first what is due, for all applications.")
@click.pass_obj
def indexes_command(state: Invocation, app_ref: str, build: bool) -> None:
    """Show the indexes of an application, and the slow questions that no index answers."""

    def tell(name: str, **fields: object) -> None:
        if name in _STEPS:
            state.output.message(_STEPS[name].format(**fields))

    async def work(platform: Platform) -> tuple[Advice, Upkeep | None]:
        app = await platform.catalog.get(app_ref)
        done = await beside(partial(keep_indexes, platform.config.database.url, tell)) if build else None
        return await advise(platform.db, app), done

    found, done = at_work(state, work)
    if state.json:
        built = {"upkeep": msgspec.to_builtins(done)} if done is not None else {}
        state.output.document({**msgspec.to_builtins(found), **built})
        return
    _show(state, found)


def _show(state: Invocation, found: Advice) -> None:
    """Write the parts of the report, each in columns."""
    large = [one for one in found.types if one.large]
    if not large and not found.indexes:
        state.output.message("No type is large enough for indexes of its own.")
        return
    for one in large:
        state.output.message(f"{one.entity}: {one.records} records")
    rows = [{**msgspec.to_builtins(one), "state": _state(one.state, one.progress, one.unused)} for one in found.indexes]
    state.output.table(rows, ["entity", "on", "state", "bytes", "scans", "name"], "No indexes are wanted.")
    if found.summaries:
        state.output.result(None, "")
        state.output.table([msgspec.to_builtins(one) for one in found.summaries], ["entity", "on", "rows", "name"], "")
    columns = ["entity", "asks", "asked", "milliseconds", "slowest", "answered_by", "advice"]
    questions = [msgspec.to_builtins(one) for one in found.questions]
    state.output.table(questions, columns, "No question was slow.")


def _state(state: str, progress: float | None, unused: bool) -> str:
    if progress is not None:
        return f"{state} {progress} %"
    return "present, never used" if unused else state
