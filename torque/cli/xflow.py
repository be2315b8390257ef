"""`torque xflow`: workflows from the command line."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from torque import codec
from torque.application.types import RUNNING
from torque.cli.findings import FINDINGS, report_findings
from torque.cli.invocation import Invocation
from torque.cli.root import Group
from torque.cli.workplace import LOCAL, as_row, at_work, parse_json
from torque.platform import Platform
from torque.xflow.plan import Finding
from torque.xflow.service import Execution

FAILED = 1


@click.group(cls=Group)
def xflow() -> None:
    """List, run, validate and test workflows."""


def read_json(text: str) -> Any:
    """Return the JSON in `text`, in the file of `@FILE`, or on stdin for `@-`."""
    if text == "@-":
        return parse_json(sys.stdin.buffer.read())
    if text.startswith("@"):
        return parse_json(Path(text[1:]).read_bytes())
    return parse_json(text.encode())


@xflow.command("list", examples=[("torque xflow list --app todo", "the workflows of one application")])
@click.option("--app", "app_ref", metavar="NAME", help="Only those of this application.")
@click.pass_obj
def list_(state: Invocation, app_ref: str | None) -> None:
    """List the workflows of one application or of all."""

    async def work(platform: Platform) -> None:
        found = [] if app_ref else await platform.applications.list(LOCAL)
        refs = [app_ref] if app_ref else [info.id for info in found if info.status == RUNNING]
        rows: list[dict[str, object]] = []
        for ref in refs:
            running = await platform.catalog.get(ref)
            for flow in platform.xflows.list(LOCAL, running):
                rows.append({"application": running.application.name, **flow})
        state.output.table(rows, ["application", "id", "name", "enabled", "nodes"], "There are no workflows.")

    at_work(state, work)


@xflow.command(
    examples=[
        ("torque xflow execute export_todos --app todo", "run it and print what it answers"),
        ("torque xflow execute export_todos --app todo --input @in.json --timeout 5000", "with input from a file"),
    ]
)
@click.argument("ref", metavar="ID")
@click.option("--app", "app_ref", required=True, metavar="NAME", help="Application it runs in.")
@click.option("--input", "given", default="{}", metavar="JSON|@FILE", help="Its input; @- reads stdin.")
@click.option("--timeout", type=click.IntRange(1), metavar="MS", help="Longest time it may take.")
@click.pass_obj
def execute(state: Invocation, ref: str, app_ref: str, given: str, timeout: int | None) -> int:
    """Run a workflow to its end. Exit code 1 when it fails."""
    value = read_json(given)

    async def work(platform: Platform) -> Execution:
        running = await platform.catalog.get(app_ref)
        return await platform.xflows.run(LOCAL, running, ref, value, timeout_ms=timeout)

    done = at_work(state, work)
    answer = {"executionId": done.id, "status": done.status, "output": done.output, "error": done.error}
    state.output.result(answer, "" if done.error else codec.dumps(done.output).decode())
    if done.error is not None:
        state.output.message(f"Error: {done.error['message']} ({done.error['code']}, node {done.error['node_id']})")
    return FAILED if done.error else 0


@xflow.command(
    examples=[
        ("torque xflow validate export_todos --app todo", "a workflow of an application"),
        ("torque xflow validate flow.json --app todo", "a file, held against the application's model"),
    ]
)
@click.argument("ref", metavar="ID|FILE")
@click.option("--app", "app_ref", required=True, metavar="NAME", help="Application whose model it belongs to.")
@click.pass_obj
def validate(state: Invocation, ref: str, app_ref: str) -> int:
    """Check a workflow. Exit code 3 when something is wrong."""
    document = read_json(f"@{ref}") if Path(ref).is_file() else None

    async def work(platform: Platform) -> Sequence[Finding]:
        running = await platform.catalog.get(app_ref)
        if document is None:
            return platform.xflows.validate(LOCAL, running, ref)
        return platform.xflows.validate_definition(running.model, document)

    return report_findings(state, [as_row(found) for found in at_work(state, work)])


@xflow.command(
    examples=[("torque xflow test export_todos --app todo --test-data cases.json", "run every case and compare")]
)
@click.argument("ref", metavar="ID")
@click.option("--app", "app_ref", required=True, metavar="NAME", help="Application it runs in.")
@click.option("--test-data", required=True, type=click.Path(exists=True, dir_okay=False), help="The cases.")
@click.pass_obj
def test(state: Invocation, ref: str, app_ref: str, test_data: str) -> int:
    """Run a workflow with the cases of a file and compare what it answers.

    The file holds a list of {"name", "input", and "output" or "error": a code}. The records that a case
    writes stay written: use an application made for it.
    """
    cases = read_cases(read_json(f"@{test_data}"))

    async def work(platform: Platform) -> list[dict[str, object]]:
        running = await platform.catalog.get(app_ref)
        rows = []
        with state.output.progress("Cases", len(cases)) as progress:
            for case in cases:
                done = await platform.xflows.run(LOCAL, running, ref, case.input)
                rows.append(judge(case, done))
                progress.step(case.name)
        return rows

    rows = at_work(state, work)
    state.output.table(rows, ["name", "passed", "status", "difference"], "The file holds no cases.")
    return 0 if all(row["passed"] for row in rows) else FINDINGS


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One case of a test file: what goes in, and what must come out."""

    name: str
    input: Any = None
    output: Any = msgspec.UNSET
    error: str | None = None


def read_cases(document: object) -> list[Case]:
    """Read a test file."""
    try:
        return msgspec.convert(document, list[Case])
    except msgspec.ValidationError as error:
        raise click.UsageError(f"The test data does not fit: {error}.") from error


def judge(case: Case, done: Execution) -> dict[str, object]:
    """Compare what an execution answered with what its case expects."""
    difference = ""
    code = done.error["code"] if done.error else None
    if code != case.error:
        difference = f"error {code or 'none'} instead of {case.error or 'none'}"
    elif case.output is not msgspec.UNSET and done.output != case.output:
        difference = f"output {codec.dumps(done.output).decode()} instead of {codec.dumps(case.output).decode()}"
    return {"name": case.name, "passed": not difference, "status": done.status, "difference": difference}
