"""`torque data check`: what is kept beside the records, compared with them and put right."""

import click
import msgspec

from torque.application.types import RunningApplication
from torque.cli.invocation import Invocation
from torque.cli.root import FINDINGS, Command
from torque.cli.workplace import LOCAL, at_work
from torque.entity.repair.ownerless import check_ownerless
from torque.entity.repair.service import Health, Repair
from torque.platform import Platform


@click.command(
    "check",
    cls=Command,
    examples=[
        ("torque data check shop --dry-run", "what does not fit together; changes nothing"),
        ("torque data check shop --yes", "put it right"),
        ("torque data check --dry-run", "all applications, and what is left of those that are gone"),
    ],
)
@click.argument("app_ref", metavar="[APP]", required=False)
@click.option("--dry-run", is_flag=True, help="Report only; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def check_command(state: Invocation, app_ref: str | None, dry_run: bool, yes: bool) -> int:
    """Find and repair references, unique values and counts that do not fit the records.

    Servers may go on running. A reference to a record that is not there is taken out, like any change of the record.
    Without APP all applications are looked at, and what is left of those that are gone is removed. Exit code 3 when
    something is wrong that was not put right.
    """
    if not dry_run:
        state.confirm("Put right what does not fit the records?", yes)

    async def work(platform: Platform) -> dict[str, Health]:
        names = [app_ref] if app_ref else [one.name for one in await platform.applications.list(LOCAL)]
        found = {name: await _check(state, platform, await platform.catalog.get(name), dry_run) for name in names}
        return found if app_ref else found | await check_ownerless(platform.db, dry=dry_run)

    found = at_work(state, work)
    rows = [
        {"application": name, **msgspec.to_builtins(finding)}
        for name, health in found.items()
        for finding in health.findings
    ]
    if state.json:
        state.output.document({name: msgspec.to_builtins(health) for name, health in found.items()})
    else:
        state.output.table(rows, ["application", "kind", "entity", "id", "detail", "repaired"], "Everything fits.")
    for name, health in found.items():
        for kind, n in sorted(health.found.items()):
            state.output.message(f"{name}: {n} x {kind}, {health.repaired.get(kind, 0)} put right")
    return FINDINGS if any(health.left for health in found.values()) else 0


async def _check(state: Invocation, platform: Platform, app: RunningApplication, dry_run: bool) -> Health:
    repair = Repair(platform.db, platform.entities, LOCAL, app, dry=dry_run)
    total = await repair.records()
    with state.output.progress(app.application.name, total) as progress:
        return await repair.run(lambda seen: progress.step("records", seen))
