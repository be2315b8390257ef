"""`torque model`: models and their documents."""

import sys
from pathlib import Path

import click

from torque.cli.findings import report_findings
from torque.cli.infer import infer_command
from torque.cli.invocation import Invocation
from torque.cli.root import Group
from torque.cli.workplace import LOCAL, as_row, at_work
from torque.model.exchange import read_document
from torque.model.verify import verify
from torque.platform import Platform
from torque.xflow.verify import check_flows


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
        ("torque model import --input old.json --dry-run", "only what would be repaired or lost"),
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
@click.option("--dry-run", is_flag=True, help="Report only; change nothing.")
@click.option("--no-app", is_flag=True, help="Make no application of it.")
@click.pass_obj
def import_(state: Invocation, source: str, name: str | None, dry_run: bool, no_app: bool) -> None:
    """Load a model document, of this format or an older one, and make its application."""
    data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()

    async def work(platform: Platform) -> None:
        found = await platform.models.import_document(LOCAL, data, name=name, dry_run=dry_run)
        result: dict[str, object] = {"model": as_row(found.model), "report": [as_row(line) for line in found.report]}
        for line in found.report:
            state.output.message(f"  {line.path}: {line.what}; {line.done}")
        text = f"The document can be imported as {found.model.name}; nothing was changed."
        if not dry_run:
            text = f"Imported the model {found.model.name}, revision {found.revision}."
        if not dry_run and not no_app:
            app = await platform.applications.run(LOCAL, found.model.id)
            result["application"] = as_row(app)
            text += f" Its application is {app.name}: /app/{app.name}"
        state.output.result(result, text)

    at_work(state, work)


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
