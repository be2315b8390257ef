"""`torque model infer`: a folder of CSV files becomes an application with its records."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from torque.cli.invocation import Invocation
from torque.cli.root import Command
from torque.cli.telling import Teller, report_import
from torque.cli.workplace import LOCAL, as_row, at_work
from torque.codec import dumps
from torque.entity.exchange.detect import GUESSED
from torque.entity.exchange.readers import CsvRows
from torque.entity.exchange.sources import FileSource
from torque.entity.exchange.styles import DATES, DECIMALS, doubt_of, said_of
from torque.entity.exchange.types import ImportReport, Job
from torque.errors import InvalidParams, ParseError
from torque.model.definition.base import SLUG_PATTERN
from torque.model.infer.infer import Inferred, infer
from torque.model.infer.names import shown, technical
from torque.model.infer.plan import TablePlan
from torque.platform import Platform

_SUFFIXES = (".csv", ".tsv")


class CsvTable:
    """A CSV file as a table to infer from and to load."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self.file = path.name
        with _telling(path.name):
            self.rows = CsvRows(FileSource(path))
        self.columns: Sequence[str] = self.rows.columns

    def texts(self) -> Iterable[Sequence[str]]:
        """Return the rows that can be read."""
        with _telling(self.file):
            yield from self.rows.texts()


@contextmanager
def _telling(file: str) -> Iterator[None]:
    """Name the file that something is wrong with."""
    try:
        yield
    except (ParseError, InvalidParams) as error:
        raise type(error)(f"{file}: {error.message}", **error.details) from error


@click.command(
    "infer",
    cls=Command,
    examples=[
        ("torque model infer ./chinook", "every CSV file of the folder: model, application, records"),
        ("torque model infer ./exports --name shop --dry-run", "only what would be made"),
    ],
)
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--name", metavar="SLUG", help="Name of the model and its application. Default: the folder's.")
@click.option("--skip-invalid", is_flag=True, help="Leave out rows that do not fit, instead of loading nothing.")
@click.option("--dates", type=click.Choice(DATES), help="What 3/4/2026 is, where tables leave it open.")
@click.option("--decimals", type=click.Choice(DECIMALS), help="What 1,234 is, where tables leave it open.")
@click.option("--dry-run", is_flag=True, help="Show the model that would be made; change nothing.")
@click.pass_obj
def infer_command(
    state: Invocation, folder: Path, name: str | None, skip_invalid: bool, dates: str | None, decimals: str | None,
    dry_run: bool,
) -> int:  # fmt: skip
    """Make a model of a folder of CSV files, an application of it, and load all records.

    Types, keys, references, titles and tables of links are told from names and values.
    """
    if name is not None and re.search(SLUG_PATTERN, name) is None:
        raise click.UsageError(f"--name takes lower-case letters, digits, - and _, like my-shop, and not {name!r}.")
    paths = sorted(_tables_in(folder))
    if not paths:
        raise click.UsageError(f"There are no CSV files in {folder}.")
    state.output.message(f"Reading {len(paths)} files …")
    if inner := sorted(path.name for path in folder.iterdir() if path.is_dir() and any(_tables_in(path))):
        state.output.message(f"Folders in it are left out: {', '.join(inner)}")
    stems = Counter(path.stem for path in paths)
    files = [CsvTable(path, path.stem if stems[path.stem] == 1 else path.name) for path in paths]
    tables = [table for table in files if table.columns]
    if empty := [table.file for table in files if not table.columns]:
        state.output.message(f"Left out, because nothing is in them: {', '.join(empty)}")
    for guess in GUESSED:
        if guessed := [table.file for table in tables if table.rows.dialect.encoding == guess]:
            state.output.message(f"No UTF-8, read as {guess}: {', '.join(guessed)}")
    title = name or folder.resolve().name
    found = infer(tables, name or technical(title, "model"), shown(title), said_of(dates, decimals))
    if dry_run:
        for plan in found.tables:
            for column in (name for name, style in plan.styles.items() if style.doubt):
                state.output.message(f"  {plan.table}: {doubt_of(column, plan.styles[column], 'Date')}")
        state.output.result({"document": found.document, "tables": _summary(found)}, _text(found))
        return 0
    rows = {table.name: table.rows for table in tables}
    jobs = [job_of(plan, rows[plan.table]) for plan in found.tables]

    async def work(platform: Platform) -> int:
        return await _make(platform, state, found, jobs, skip_invalid)

    return at_work(state, work)


def _tables_in(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES and path.is_file())


def job_of(plan: TablePlan, rows: CsvRows) -> Job:
    """Return how a table is loaded into the entity that was made of it."""
    columns = {c: f"{field}.{plan.keys[field]}" if field in plan.keys else field for c, field in plan.columns.items()}
    return Job(entity_type=plan.entity, rows=rows, columns=columns, styles=plan.styles)


async def _make(platform: Platform, state: Invocation, found: Inferred, jobs: Sequence[Job], skip_invalid: bool) -> int:
    """Store the model, make its application, load the records; when they do not fit, leave nothing behind."""
    document = dumps(found.document)
    imported = await platform.models.import_document(LOCAL, document)
    application = None
    report: ImportReport | None = None
    try:
        application = await platform.applications.create(LOCAL, imported.model.id)
        running = await platform.catalog.get(application.id)
        with Teller(sum(plan.rows for plan in found.tables)) as teller:
            report = await platform.exchange.load(LOCAL, running, jobs, skip_invalid=skip_invalid, tell=teller.tell)
    finally:
        if report is None or not report.applied:
            if application is not None:
                await platform.applications.delete(LOCAL, application.id)
            await platform.models.delete(LOCAL, imported.model.id)
    if not report.applied:
        return report_import(state.output, report, {}, "Nothing was made")
    result: dict[str, Any] = {
        "model": as_row(imported.model), "application": as_row(application), "tables": _summary(found),
    }  # fmt: skip
    head = f"Made the model {imported.model.name} and its application: /app/{application.name}"
    return report_import(state.output, report, result, f"{_text(found)}\n{head}")


def _summary(found: Inferred) -> list[dict[str, object]]:
    return [
        {
            "table": plan.table, "entity": plan.entity, "rows": plan.rows, "primaryKey": list(plan.primary_key),
            "references": plan.keys, "columns": plan.columns,
        }
        for plan in found.tables
    ]  # fmt: skip


def _text(found: Inferred) -> str:
    """Return what was found, a line for each entity."""
    lines = []
    for plan in found.tables:
        key = " + ".join(plan.primary_key) or "none"
        links = f", {len(plan.keys)} references" if plan.keys else ""
        lines.append(f"  {plan.entity}: {plan.rows} rows, key {key}{links}")
    return "\n".join(lines)
