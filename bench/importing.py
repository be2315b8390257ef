"""Importing CSV rows beside a bare COPY of the same rows into the same table.

The baseline copies finished lines (id, type, JSON, times) into `entities` and does nothing else: no reading of CSV, no
validation, no unique keys, no links, no counts, no audit. Many-to-many links it copies as well, in finished lines.
"""

import csv
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from torque.config import Config, DatabaseSettings
from torque.db.embedded import join
from torque.db.migrate import migrate
from torque.entity.exchange.readers import CsvRows
from torque.entity.exchange.sources import FileSource
from torque.entity.exchange.types import Job
from torque.platform import Platform
from torque.types import Caller, RunContext

COLUMNS = ("application_id", "id", "entity_type", "data", "created_at", "updated_at")
LINK_COLUMNS = ("application_id", "link_key", "source_id", "target_id", "position")
EMPTY = "TRUNCATE entities, entity_relationships, entity_keys, entity_counts, audit_log"
ADMIN = Caller.local("bench")
FIELDS: list[dict[str, Any]] = [
    {"id": "f1", "name": "number", "field_type": {"type": "Integer"}},
    {"id": "f2", "name": "name", "field_type": {"type": "String"}},
    {"id": "f3", "name": "email", "field_type": {"type": "String"}},
    {"id": "f4", "name": "amount", "field_type": {"type": "Decimal", "scale": 2}},
    {"id": "f5", "name": "placed", "field_type": {"type": "Date"}},
    {"id": "f6", "name": "paid", "field_type": {"type": "Boolean"}},
]
OWNER = {"id": "f7", "name": "owner_id", "field_type": {"type": "Reference", "entity": "owner"}}
HEADER = ("number", "name", "email", "amount", "placed", "paid")
OWNERS = 1000
LINKS = 3
"""Many-to-many links of a row, where it has some."""

MANY = {
    "id": "m", "name": "row_owners", "type": "ManyToMany", "from_entity": "row", "to_entity": "owner",
    "from_field": "owners", "to_field": "rows",
}  # fmt: skip


def model(kind: str) -> bytes:
    """Return a model whose rows are plain, have a unique key, refer to an owner, or are linked to several."""
    fields = [{**field, "id": f"r_{field['id']}"} for field in FIELDS]
    if kind == "key":
        fields[0]["unique"] = True
    if kind == "reference":
        fields.append(OWNER)
    owner = {
        "id": "o",
        "name": "owner",
        "fields": [{"id": "o1", "name": "code", "unique": True, "field_type": {"type": "Integer"}}],
    }
    row = {"id": "r", "name": "row", "fields": fields}
    document = {"format": "torque/1", "name": f"import-{kind}", "entities": [owner, row]}
    return json.dumps({**document, "relationships": [MANY] if kind == "links" else []}).encode()


def write_files(folder: Path, rows: int) -> dict[str, Path]:
    """Write so many rows as CSV, alone, with a reference and with links; the rest is for what COPY takes."""
    tables = ("plain.csv", "reference.csv", "links.csv")
    found = {name: folder / name for name in (*tables, "owners.csv", "lines", "link_lines")}
    with ExitStack() as stack:
        one, two, three = (csv.writer(stack.enter_context(found[name].open("w", newline=""))) for name in tables)
        one.writerow(HEADER)
        two.writerow((*HEADER, "owner_id"))
        three.writerow((*HEADER, "owners"))
        for n in range(rows):
            row = (n, f"Customer number {n}", f"customer{n}@example.com", f"{n % 100000 / 100:.2f}",
                   f"2026-{n % 12 + 1:02}-{n % 28 + 1:02}", "true" if n % 3 else "false")  # fmt: skip
            one.writerow(row)
            two.writerow((*row, n % OWNERS))
            three.writerow((*row, ";".join(str((n + 7 * place) % OWNERS) for place in range(LINKS))))
    found["owners.csv"].write_text("code\n" + "\n".join(str(n) for n in range(OWNERS)) + "\n")
    return found


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """A database of its own, durable as the embedded one is; yields its address."""
    use = join(folder)
    try:
        migrate(use.dsn)
        yield use.dsn
    finally:
        use.close()


async def imported(platform: Platform, kind: str, files: dict[str, Path], rows: int) -> float:
    """Import all rows into an empty application; return the seconds."""
    app = await platform.catalog.get(f"import-{kind}")
    if kind in ("reference", "links"):
        owners = Job(entity_type="owner", rows=CsvRows(FileSource(files["owners.csv"])))
        await platform.exchange.load(ADMIN, app, [owners])
    name = f"{kind}.csv" if f"{kind}.csv" in files else "plain.csv"
    begin = time.perf_counter()
    job = Job(entity_type="row", rows=CsvRows(FileSource(files[name])))
    report = await platform.exchange.load(ADMIN, app, [job])
    seconds = time.perf_counter() - begin
    assert (report.created, report.failed, report.applied) == (rows, 0, True)
    assert report.links == (rows * LINKS if kind == "links" else 0)
    count = "SELECT sum(n) FROM entity_counts WHERE application_id = $1 AND entity_type = 'row'"
    assert await platform.db.fetchval(count, app.id) == rows
    return seconds


async def keep_lines(connection: asyncpg.Connection, kind: str, files: dict[str, Path]) -> None:
    """Write what was imported as lines that COPY takes; links need their owners as well."""
    only = "" if kind == "links" else "WHERE entity_type = 'row'"
    query = f"SELECT {', '.join(COLUMNS)} FROM entities {only} ORDER BY id"
    await connection.copy_from_query(query, output=str(files["lines"]))
    query = f"SELECT {', '.join(LINK_COLUMNS)} FROM entity_relationships ORDER BY source_id, position"
    await connection.copy_from_query(query, output=str(files["link_lines"]))


async def copied(connection: asyncpg.Connection, kind: str, files: dict[str, Path]) -> float:
    """COPY the finished lines; return the seconds."""
    begin = time.perf_counter()
    async with connection.transaction():
        await connection.copy_to_table("entities", source=str(files["lines"]), columns=COLUMNS)
        if kind == "links":
            source = str(files["link_lines"])
            await connection.copy_to_table("entity_relationships", source=source, columns=LINK_COLUMNS)
    return time.perf_counter() - begin


async def measure(
    dsn: str, kind: str, files: dict[str, Path], rows: int, rounds: int
) -> tuple[list[float], list[float]]:  # fmt: skip
    """Import and copy in turn, each into empty tables; return the seconds of both."""
    config = Config(folder=str(files["lines"].parent), database=DatabaseSettings(url=dsn))
    platform = await Platform.open(config, RunContext.alone())
    connection = await asyncpg.connect(dsn)
    try:
        made = await platform.models.import_document(ADMIN, model(kind))
        app = await platform.applications.create(ADMIN, made.model.id)
        subject, baseline = [], []
        for place in range(rounds):
            subject.append(await imported(platform, kind, files, rows))
            if place == 0:
                await keep_lines(connection, kind, files)
            await connection.execute(EMPTY)
            baseline.append(await copied(connection, kind, files))
            count = "SELECT count(*) FROM entities WHERE application_id = $1 AND entity_type = 'row'"
            assert await connection.fetchval(count, app.id) == rows
            await connection.execute(EMPTY)
        return subject, baseline
    finally:
        await connection.close()
        await platform.close()
