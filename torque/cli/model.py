"""`torque model`: models and their documents."""

import sys
from pathlib import Path

import click

from torque.cli.findings import report_findings
from torque.cli.indexes import indexes_command
from torque.cli.infer import infer_command
from torque.cli.invocation import Invocation
from torque.cli.root import Group
from torque.cli.workplace import LOCAL, as_row, at_work
from torque.entity.repair.effects import REMOVED
from torque.model.exchange import read_document
from torque.model.service import MODES
from torque.model.types import ChangeResult
from torque.model.verify import verify
from torque.platform import Platform
from torque.xflow.verify import check_flows

_IMPORTED = {
    ("new", False): "Imported the model {name}, revision {revision}.",
    ("new", True): "The document can be imported as {name}; nothing was changed.",
    ("replace", False): "Replaced the model {name}, now at revision {revision}.",
    ("replace", True): "The document can take the place of {name}; nothing was changed.",
    ("merge", False): "Merged the document into {name}, now at revision {revision}.",
    ("merge", True): "The document can be merged into {name}; nothing was changed.",
}


@click.group(cls=Group)
def model() -> None:
    """List, create, import, export, validate and delete models."""


@model.command("list", examples=[("torque model list", "every model with its revision")])
@click.pass_obj
def list_(state: Invocation) -> None:
    """List the models."""

    async def work(platform: Platform) -> None:
        rows = [as_row(found) for found in await platform.models.list(LOCAL)]
        columns = ["id", "name", "display_name", "revision", "updated_at"]
        state.output.table(rows, columns, "There are no models. Load one with: torque model import --input FILE")

    at_work(state, work)


@model.command(examples=[('torque model create shop --description "Orders"', "an empty model to edit")])
@click.argument("name")
@click.option("--display-name", default="", metavar="TEXT", help="Name that people read.")
@click.option("--description", default="", metavar="TEXT", help="What the model is for.")
@click.pass_obj
def create(state: Invocation, name: str, display_name: str, description: str) -> None:
    """Create an empty model."""

    async def work(platform: Platform) -> None:
        made = await platform.models.create(LOCAL, name, display_name or name, description)
        state.output.result(as_row(made), f"Created the model {made.name} ({made.id}).")

    at_work(state, work)


@model.command(
    "import",
    examples=[
        ("torque model import --input shop.json", "the model and its application"),
        ("torque model import --input shop.json --mode merge --dry-run", "what it would change, and for which records"),
    ],
)
@click.option(
    "--input",
    "source",
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    help="The document; - reads stdin.",
)
@click.option("--name", metavar="SLUG", help="Name of the model instead of the document's.")
@click.option(
    "--mode",
    type=click.Choice(MODES),
    default="new",
    show_default=True,
    help="Make a model, take the place of the one of that name, or be merged into it by ids.",
)
@click.option(
    "--if-revision", type=click.IntRange(1), metavar="N", help="Replace or merge only what is still at this revision."
)
@click.option("--dry-run", is_flag=True, help="Report only; change nothing.")
@click.option("--no-app", is_flag=True, help="Make no application of a new model.")
@click.pass_obj
def import_(
    state: Invocation, source: str, name: str | None, mode: str, if_revision: int | None, dry_run: bool, no_app: bool
) -> None:
    """Load a model document, of this format or an older one, and make an application of a new model."""
    data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()

    async def work(platform: Platform) -> None:
        found = await platform.models.import_document(
            LOCAL, data, name=name, mode=mode, dry_run=dry_run, if_revision=if_revision
        )
        result: dict[str, object] = {"model": as_row(found.model), "report": [as_row(line) for line in found.report]}
        for line in found.report:
            state.output.message(f"  {line.path}: {line.what}; {line.done}")
        for finding in found.findings:
            state.output.message(f"  {finding.severity.lower()} {finding.pointer}: {finding.message}")
        result["findings"] = [as_row(finding) for finding in found.findings]
        if found.change is not None:
            result |= await _tell_change(state, platform, found.change)
        text = _IMPORTED[mode, dry_run].format(name=found.model.name, revision=found.revision)
        if mode == "new" and not dry_run and not no_app:
            app = await platform.applications.run(LOCAL, found.model.id)
            result["application"] = as_row(app)
            text += f" Its application is {app.name}: /app/{app.name}"
        state.output.result(result, text)

    at_work(state, work)


async def _tell_change(state: Invocation, platform: Platform, change: ChangeResult) -> dict[str, object]:
    """Say which parts of the model differ, and what that means for stored records; return both."""
    for entry in change.diff:
        state.output.message(f"  {entry.action} {entry.kind} {entry.name}")
    effects = await platform.effects.of_change(LOCAL, change.model.id, change.before, change.model.document)
    for effect in effects:
        where = f"{effect.entity}.{effect.field}" if effect.field else effect.entity
        least = "" if effect.complete else "at least "
        verb = "are hidden" if effect.rule == REMOVED else f"break the rule {effect.rule}"
        records = f"{least}{effect.records} of {effect.of} records"
        state.output.message(f"  {effect.application}: {where}: {records} {verb}")
    return {"diff": [as_row(entry) for entry in change.diff], "effects": [as_row(effect) for effect in effects]}


@model.command(examples=[("torque model export --model-id todo --output todo.json", "byte-identical after an import")])
@click.option("--model-id", "ref", required=True, metavar="ID|NAME", help="Which model.")
@click.option(
    "--output", "target", type=click.Path(dir_okay=False, allow_dash=True), default="-", help="File; - is stdout."
)
@click.pass_obj
def export(state: Invocation, ref: str, target: str) -> None:
    """Write a model as one document."""

    async def work(platform: Platform) -> bytes:
        return await platform.models.export(LOCAL, ref)

    document = at_work(state, work)
    if target == "-":
        sys.stdout.buffer.write(document)
        return
    Path(target).write_bytes(document)
    state.output.result({"output": target, "bytes": len(document)}, f"Wrote {target}.")


@model.command(examples=[("torque model delete todo", "asks; a model with applications is refused")])
@click.argument("ref", metavar="ID|NAME")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(state: Invocation, ref: str, yes: bool) -> None:
    """Delete a model with its revisions."""
    state.confirm(f"Delete the model {ref} and all its revisions?", yes)

    async def work(platform: Platform) -> None:
        await platform.models.delete(LOCAL, ref)
        state.output.result({"deleted": ref}, f"Deleted the model {ref}.")

    at_work(state, work)


@model.command(
    examples=[
        ("torque model validate shop.json", "a file, without any database"),
        ("torque model validate todo", "a stored model"),
    ]
)
@click.argument("ref", metavar="ID|FILE")
@click.pass_obj
def validate(state: Invocation, ref: str) -> int:
    """Check a stored model or a file. Exit code 3 when something is wrong."""
    if Path(ref).is_file():
        document, _ = read_document(Path(ref).read_bytes())
        return report_findings(state, [as_row(found) for found in verify(document, check_flows)])

    async def work(platform: Platform) -> int:
        return report_findings(state, [as_row(found) for found in await platform.models.verify(LOCAL, ref)])

    return at_work(state, work)


model.add_command(infer_command)
model.add_command(indexes_command)
