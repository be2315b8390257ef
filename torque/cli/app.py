"""`torque app`: the running instances of models."""

import click

from torque.cli.invocation import Invocation
from torque.cli.root import Group
from torque.cli.workplace import LOCAL, as_row, at_work
from torque.platform import Platform


@click.group(cls=Group)
def app() -> None:
    """List, create, start, stop and delete applications."""


@app.command("list", examples=[("torque app list", "every application and whether it runs")])
@click.pass_obj
def list_(state: Invocation) -> None:
    """List the applications."""

    async def work(platform: Platform) -> None:
        rows = [as_row(found) for found in await platform.applications.list(LOCAL)]
        columns = ["id", "name", "label", "status", "public", "url"]
        state.output.table(rows, columns, "There are no applications. Make one with: torque app create MODEL")

    at_work(state, work)


@app.command(examples=[("torque app create todo --name todo-test --label Test", "a second application of a model")])
@click.argument("model_ref", metavar="MODEL")
@click.option("--name", metavar="SLUG", help="Name in the address. Default: the model's, if free.")
@click.option("--label", metavar="TEXT", help="What people read, like production.")
@click.pass_obj
def create(state: Invocation, model_ref: str, name: str | None, label: str | None) -> None:
    """Create an application of a model, with the model's sample records."""

    async def work(platform: Platform) -> None:
        made = await platform.applications.create(LOCAL, model_ref, name, label)
        state.output.result(as_row(made), f"Created the application {made.name} ({made.id}): /app/{made.name}")

    at_work(state, work)


@app.command(examples=[("torque app start todo", "requests are answered again")])
@click.argument("ref", metavar="NAME|ID")
@click.pass_obj
def start(state: Invocation, ref: str) -> None:
    """Start a stopped application."""

    async def work(platform: Platform) -> None:
        await platform.applications.start(LOCAL, ref)
        state.output.result({"started": ref}, f"Started {ref}.")

    at_work(state, work)


@app.command(examples=[("torque app stop todo", "asks; requests are refused, the data stays")])
@click.argument("ref", metavar="NAME|ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def stop(state: Invocation, ref: str, yes: bool) -> None:
    """Stop an application; its data stays."""
    state.confirm(f"Stop the application {ref}? Its users are refused until it is started.", yes)

    async def work(platform: Platform) -> None:
        await platform.applications.stop(LOCAL, ref)
        state.output.result({"stopped": ref}, f"Stopped {ref}.")

    at_work(state, work)


@app.command(examples=[("torque app delete todo-test", "asks; its records are gone afterwards")])
@click.argument("ref", metavar="NAME|ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(state: Invocation, ref: str, yes: bool) -> None:
    """Delete an application with all its records."""
    state.confirm(f"Delete the application {ref} with all its records?", yes)

    async def work(platform: Platform) -> None:
        await platform.applications.delete(LOCAL, ref)
        state.output.result({"deleted": ref}, f"Deleted {ref}.")

    at_work(state, work)
