"""`torque data`: records in and out by the file, made-up records, and an empty application."""

import os
import secrets
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import click

from torque.cli.check import check_command
from torque.cli.invocation import Invocation
from torque.cli.root import Group
from torque.cli.telling import Teller, report_import
from torque.cli.workplace import LOCAL, at_work, parse_json
from torque.entity.exchange.detect import GUESSED, format_of
from torque.entity.exchange.keyed import References
from torque.entity.exchange.readers import CsvRows, open_rows
from torque.entity.exchange.seed import seed_jobs
from torque.entity.exchange.sources import FileSource
from torque.entity.exchange.styles import DATES, DECIMALS, guess_styles, said_of
from torque.entity.exchange.types import FORMATS, Job
from torque.entity.types import Query
from torque.files.making import FileMaker
from torque.platform import Platform

_BLOCK = 1 << 20


@click.group(cls=Group)
def data() -> None:
    """Import, export, check and generate records; empty an application."""


@data.command(
    "import",
    examples=[
        ("torque data import shop customer customers.csv", "columns go into the fields of their name"),
        ('torque data import shop order o.xlsx --map "Client=customer_id.email"', "references by a unique field"),
        ("torque data import shop customer new.ndjson --upsert email", "change those that are there"),
        ('torque data import shop song s.csv --map "Genres=tags.code"', "many-to-many: rock;pop in a cell"),
        ("torque data import shop customer c.csv --dry-run", "every mistake with its row, nothing changed"),
    ],
)
@click.argument("app_ref", metavar="APP")
@click.argument("entity_type", metavar="ENTITY")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--format", "kind", type=click.Choice(FORMATS), help="Default: by the name of the file.")
@click.option(
    "--map", "maps", multiple=True, metavar="COLUMN=FIELD", help="FIELD.KEY for a reference; empty: leave out."
)
@click.option("--upsert", metavar="FIELD", help="Change the record with the same value in this unique field, or id.")
@click.option("--skip-invalid", is_flag=True, help="Leave out rows that do not fit, instead of importing nothing.")
@click.option("--dry-run", is_flag=True, help="Do everything but keep nothing.")
@click.option("--delimiter", metavar="CHAR", help="Of CSV. Default: found out.")
@click.option("--encoding", metavar="NAME", help="Of CSV. Default: found out.")
@click.option("--dates", type=click.Choice(DATES), help="Of text like 3/4/2026. Default: found out.")
@click.option("--decimals", type=click.Choice(DECIMALS), help="Of text like 1,234. Default: found out.")
@click.option("--sheet", metavar="NAME", help="Of a workbook. Default: the first.")
@click.pass_obj
def import_(
    state: Invocation, app_ref: str, entity_type: str, file: str, kind: str | None, maps: Sequence[str],
    upsert: str | None, skip_invalid: bool, dry_run: bool, delimiter: str | None, encoding: str | None,
    dates: str | None, decimals: str | None, sheet: str | None,
) -> int:  # fmt: skip
    """Take the rows of a file as records. Exit code 3 when a row was not taken; then nothing is kept.

    FILE is CSV, JSON (an array of objects), NDJSON or an Excel workbook; - reads stdin. References are given by the id
    of a record, or by the value of a unique field of it. Many-to-many links are several of these between semicolons,
    with a backslash before a semicolon that belongs to a value; in JSON a list.
    """
    chosen = format_of(file, kind)
    with _readable(file) as path:
        rows = open_rows(FileSource(path), chosen, encoding=encoding, delimiter=delimiter, sheet=sheet)
        if isinstance(rows, CsvRows) and encoding is None and (guess := rows.dialect.encoding) in GUESSED:
            state.output.message(f"The file is no UTF-8; it is read as {guess}. --encoding says what else it is.")
        styles = guess_styles(rows, said_of(dates, decimals))
        job = Job(entity_type=entity_type, rows=rows, columns=_mapping(maps), styles=styles, upsert=upsert)

        async def work(platform: Platform) -> int:
            running = await platform.catalog.get(app_ref)
            with Teller() as teller:
                report = await platform.exchange.load(
                    LOCAL, running, [job], skip_invalid=skip_invalid, dry_run=dry_run, tell=teller.tell
                )
            return report_import(state.output, report, {}, "")

        return at_work(state, work)


@data.command(
    examples=[
        ("torque data export shop customer customers.csv", "all records, the oldest first"),
        ("torque data export shop order - --format ndjson", "to stdout, an object on each line"),
        ("""torque data export shop order o.xlsx --filter '{"paid": false}'""", "some of them"),
    ]
)
@click.argument("app_ref", metavar="APP")
@click.argument("entity_type", metavar="ENTITY")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--format", "kind", type=click.Choice(FORMATS), help="Default: by the name of the file.")
@click.option("--filter", "filters", metavar="JSON", default="{}", help="Only records that fulfil it.")
@click.option("--fields", metavar="A,B", help="Only these fields.")
@click.option(
    "--references", type=click.Choice(("id", "key")), default="id", show_default=True,
    help="Name records that others refer to by id, or by their unique field.",
)  # fmt: skip
@click.pass_obj
def export(
    state: Invocation, app_ref: str, entity_type: str, file: str, kind: str | None, filters: str, fields: str | None,
    references: References,
) -> None:  # fmt: skip
    """Write records to a file, as they are at one moment; - is stdout."""
    chosen = format_of(file, kind)
    names = tuple(name.strip() for name in fields.split(",") if name.strip()) if fields is not None else None
    query = Query(entity_type=entity_type, filters=_object(filters), fields=names)

    async def work(platform: Platform) -> int:
        running = await platform.catalog.get(app_ref)
        size = 0
        with Teller() as teller, _writable(file) as target:
            blocks = await platform.exchange.export(
                LOCAL, running, query, chosen, references=references, tell=teller.tell
            )
            async with aclosing(blocks):
                async for block in blocks:
                    size += target.write(block)
        return size

    size = at_work(state, work)
    if file != "-":
        state.output.result({"output": file, "bytes": size}, f"Wrote {file} ({size} bytes).")


@data.command(examples=[("torque data seed shop --count 100 --seed 7", "a hundred records of each entity")])
@click.argument("app_ref", metavar="APP")
@click.option("--count", type=click.IntRange(1), default=20, show_default=True, help="Records of each entity.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same values.")
@click.option("--entity", "entities", multiple=True, metavar="NAME", help="Only this entity; may be repeated.")
@click.pass_obj
def seed(state: Invocation, app_ref: str, count: int, seed: int, entities: Sequence[str]) -> int:
    """Make up records for an application, by names and types of the fields, with references between them."""

    async def work(platform: Platform) -> int:
        running = await platform.catalog.get(app_ref)
        files = FileMaker(platform.files, LOCAL, running)
        found = await seed_jobs(platform.db, running, count, seed, entities, files)
        for reason in found.left_out.values():
            state.output.message(f"Left out: {reason}")
        with Teller(count * len(found.jobs)) as teller:
            report = await platform.exchange.load(LOCAL, running, found.jobs, tell=teller.tell)
        return report_import(state.output, report, {}, "")

    return at_work(state, work)


@data.command(examples=[("torque data empty shop", "asks for the name of the application")])
@click.argument("app_ref", metavar="APP")
@click.option("--confirm", metavar="NAME", help="The name of the application, where no terminal can ask for it.")
@click.pass_obj
def empty(state: Invocation, app_ref: str, confirm: str | None) -> None:
    """Delete all records of an application. The application and its model stay."""
    if confirm is None:
        if not sys.stdin.isatty():
            raise click.UsageError("No terminal can ask for the name; pass --confirm NAME to delete all records.")
        confirm = click.prompt(f"All records of {app_ref} will be deleted. Type its name to go on", err=True)

    async def work(platform: Platform) -> int:
        running = await platform.catalog.get(app_ref)
        if confirm != running.application.name:
            raise click.UsageError(f"The application is called {running.application.name}, not {confirm}.")
        return await platform.exchange.empty(LOCAL, running)

    count = at_work(state, work)
    state.output.result({"emptied": app_ref, "records": count}, f"Deleted {count} records of {app_ref}.")


def _mapping(maps: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in maps:
        column, sign, field = text.rpartition("=")
        if not sign or not column:
            raise click.UsageError(f"--map takes COLUMN=FIELD, not {text!r}.")
        found[column] = field
    return found


def _object(text: str) -> dict[str, Any]:
    found = parse_json(text.encode())
    if not isinstance(found, dict):
        raise click.UsageError('--filter takes an object, like {"paid": false}.')
    return found


@contextmanager
def _readable(file: str) -> Iterator[Path]:
    """Give a file that can be read twice; stdin is kept in one without a name, which goes with the process."""
    if file != "-":
        yield Path(file)
        return
    with tempfile.TemporaryFile() as kept:
        while block := sys.stdin.buffer.read(_BLOCK):
            kept.write(block)
        kept.flush()
        yield Path(f"/proc/self/fd/{kept.fileno()}")


@contextmanager
def _writable(file: str) -> Iterator[BinaryIO]:
    """Give what to write to: a file is there when it is whole, and stays as it was until then."""
    if file == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    wanted = Path(file)
    if wanted.exists() and not wanted.is_file():  # a device or a pipe
        with wanted.open("wb") as target:
            yield target
        return
    wanted = Path(os.path.realpath(wanted))
    unfinished = wanted.with_name(f"{wanted.name[:60]}.{secrets.token_hex(4)}.part")
    with unfinished.open("xb") as target:
        try:
            if wanted.exists():
                with wanted.open("ab") as before:  # refused where it may not be written
                    _make_alike(target.fileno(), os.fstat(before.fileno()))
            yield target
            target.flush()
            unfinished.replace(wanted)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise


def _make_alike(file: int, other: os.stat_result) -> None:
    """Let those read and write a file who may read and write another one."""
    with suppress(PermissionError):  # only the superuser gives files away
        os.fchown(file, other.st_uid, other.st_gid)
    os.fchmod(file, stat.S_IMODE(other.st_mode))


data.add_command(check_command)
