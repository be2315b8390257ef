"""Importing CSV rows beside a bare COPY of the same rows into the same table.

The baseline copies finished lines (id, type, JSON, times) into `entities` and does nothing else: no reading of CSV, no
validation, no unique keys, no links, no counts, no audit.
"""

import csv
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from torque.config import Config, DatabaseSettings
from torque.db.embedded import join
from torque.db.migrate import migrate
from torque.entity.exchange.readers import CsvRows, FileSource
from torque.entity.exchange.types import Job
from torque.platform import Platform
from torque.types import Caller, RunContext

COLUMNS = ("application_id", "id", "entity_type", "data", "created_at", "updated_at")
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


def model(kind: str) -> bytes:
    """Return a model whose rows are plain, have a unique key, or refer to an owner."""
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
    return json.dumps({"format": "torque/1", "name": f"import-{kind}", "entities": [owner, row]}).encode()


def write_files(folder: Path, rows: int) -> dict[str, Path]:
    """Write so many rows as CSV, with and without a reference; `lines` is for what COPY takes."""
    found = {name: folder / name for name in ("plain.csv", "reference.csv", "owners.csv", "lines")}
    with found["plain.csv"].open("w", newline="") as plain, found["reference.csv"].open("w", newline="") as linked:
        one, two = csv.writer(plain), csv.writer(linked)
        one.writerow(HEADER)
        two.writerow((*HEADER, "owner_id"))
        for n in range(rows):
            row = (n, f"Customer number {n}", f"customer{n}@example.com", f"{n % 100000 / 100:.2f}",
                   f"2026-{n % 12 + 1:02}-{n % 28 + 1:02}", "true" if n % 3 else "false")  # fmt: skip
            one.writerow(row)
            two.writerow((*row, n % OWNERS))
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
    if kind == "reference":
        owners = Job(entity_type="owner", rows=CsvRows(FileSource(files["owners.csv"])))
        await platform.exchange.load(ADMIN, app, [owners])
    name = "reference.csv" if kind == "reference" else "plain.csv"
    begin = time.perf_counter()
    job = Job(entity_type="row", rows=CsvRows(FileSource(files[name])))
    report = await platform.exchange.load(ADMIN, app, [job])
    seconds = time.perf_counter() - begin
    assert (report.created, report.failed, report.applied) == (rows, 0, True)
    count = "SELECT sum(n) FROM entity_counts WHERE application_id = $1 AND entity_type = 'row'"
    assert await platform.db.fetchval(count, app.id) == rows
    return seconds


async def copied(connection: asyncpg.Connection, lines: Path) -> float:
    """COPY the finished lines; return the seconds."""
    begin = time.perf_counter()
    await connection.copy_to_table("entities", source=str(lines), columns=COLUMNS)
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
                query = "SELECT {} FROM entities WHERE entity_type = 'row' ORDER BY id".format(", ".join(COLUMNS))
                await connection.copy_from_query(query, output=str(files["lines"]))
            await connection.execute(EMPTY)
            baseline.append(await copied(connection, files["lines"]))
            assert await connection.fetchval("SELECT count(*) FROM entities WHERE application_id = $1", app.id) == rows
            await connection.execute(EMPTY)
        return subject, baseline
    finally:
        await connection.close()
        await platform.close()
