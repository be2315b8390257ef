"""Torque with its records: a project folder that is seeded once and served as often as needed."""

import asyncio
import itertools
import json
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import msgspec
import psycopg

from bench.conftest import TORQUE, command
from bench.harness import free_port, process
from bench.peers.records import write_csv
from torque.config import Config, DatabaseSettings
from torque.db.embedded import join
from torque.db.migrate import migrate
from torque.entity.exchange.readers import CsvRows
from torque.entity.exchange.sources import FileSource
from torque.entity.exchange.types import Job
from torque.entity.tuning.index_upkeep import keep_indexes
from torque.platform import Platform
from torque.types import Caller, RunContext

ADMIN = Caller.local("bench")
ENDING_SECONDS = 30.0


class Seed(msgspec.Struct, frozen=True):
    """What a project holds: model documents by the names of their applications, and how many records of each type."""

    models: dict[str, str]
    counts: dict[str, dict[str, int]]


class Torque(msgspec.Struct, frozen=True):
    """A running server with one worker."""

    address: str
    token: str
    dsn: str
    applications: dict[str, str]

    @property
    def authorization(self) -> str:
        """The header of an administrator."""
        return f"Bearer {self.token}"

    def raw(self, app: str, body: bytes) -> bytes:
        """Post a body to an application and return the bytes of the answer."""
        headers = {"content-type": "application/json", "authorization": self.authorization}
        with urlopen(Request(f"{self.address}/jsonrpc/{app}", body, headers), timeout=60) as response:
            return bytes(response.read())

    def call(self, app: str, method: str, params: Mapping[str, Any]) -> Any:
        """Make one call and return its result."""
        answer = json.loads(self.raw(app, body_of(method, params).encode()))
        if "result" not in answer:
            raise RuntimeError(f"{method}: {answer}")
        return answer["result"]

    def request(self, app: str, method: str, params: Mapping[str, Any]) -> tuple[str, str, str]:
        """Return a call as a request for a load."""
        return "POST", f"/jsonrpc/{app}", body_of(method, params)

    def ids(self, app: str, entity_type: str, limit: int) -> list[str]:
        """Return the ids of the first records of a type."""
        sql = ("SELECT id::text FROM entities WHERE application_id = %s AND entity_type = %s ORDER BY created_at, id"
               " LIMIT %s")  # fmt: skip
        return [row[0] for row in self._rows(sql, self.applications[app], entity_type, limit)]

    def count(self, app: str, entity_type: str) -> int:
        """Count the records of a type, one by one."""
        sql = "SELECT count(*) FROM entities WHERE application_id = %s AND entity_type = %s"
        return int(self._rows(sql, self.applications[app], entity_type)[0][0])

    def _rows(self, sql: Any, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn) as connection:
            return connection.execute(sql, values).fetchall()


_numbers = itertools.count(1)


def body_of(method: str, params: Mapping[str, Any]) -> str:
    """Return the body of a call."""
    return json.dumps({"jsonrpc": "2.0", "id": next(_numbers), "method": method, "params": params})


def prepare(folder: Path, seed: Seed) -> float:
    """Make a project and its records; return the seconds it took, 0 when they are there already.

    One that was kept is brought up to date first: schema and indexes may have changed since.
    """
    state, begin = folder / "seeded.json", time.monotonic()
    wanted = msgspec.json.encode(seed)
    kept = state.exists() and state.read_bytes() == wanted
    if not kept:
        remove(folder)
        folder.mkdir(parents=True)
    use = join(folder / ".torque" / "pg")
    try:
        migrate(use.dsn)
        if not kept:
            asyncio.run(_fill(use.dsn, folder, seed))
        upkeep = keep_indexes(use.dsn, lambda *_, **__: None)
        if not kept or upkeep.built:
            tidy(use.dsn)
    finally:
        use.close()
    state.write_bytes(wanted)
    return 0.0 if kept else time.monotonic() - begin


def remove(folder: Path) -> None:
    """Delete a project; its database may be about to end."""
    deadline = time.monotonic() + ENDING_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.1)


async def _fill(dsn: str, folder: Path, seed: Seed) -> None:
    """Create the applications and import their records from CSV."""
    platform = await Platform.open(Config(folder=str(folder), database=DatabaseSettings(url=dsn)), RunContext.alone())
    try:
        for name, document in seed.models.items():
            model = (await platform.models.import_document(ADMIN, document.encode())).model
            await platform.applications.create(ADMIN, model.id)
            app = await platform.catalog.get(name)
            for entity_type, count in seed.counts.get(name, {}).items():
                file = write_csv(folder / "rows.csv", count)
                job = Job(entity_type=entity_type, rows=CsvRows(FileSource(file)))
                report = await platform.exchange.load(ADMIN, app, [job])
                file.unlink()
                if report.created != count:
                    raise RuntimeError(f"{report.created} of {count} records of {entity_type} were imported: {report}")
    finally:
        await platform.close()


def tidy(dsn: str) -> None:
    """Do what the database would do by itself after a while: vacuum, statistics, write everything to disk."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) entities")
        connection.execute("CHECKPOINT")


@contextmanager
def serve(folder: Path) -> Iterator[Torque]:
    """Serve a prepared project with one worker, as every figure here is about one worker."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    server = [TORQUE, "server", "--workers", "1", "--bind", f"127.0.0.1:{port}"]
    use = join(folder / ".torque" / "pg")
    try:
        with process(server, f"{address}/ready", cwd=str(folder)):
            token = command(folder, "token", "create", f"bench-{time.time_ns()}", "--role", "admin")["token"]
            with psycopg.connect(use.dsn) as connection:
                rows = connection.execute("SELECT name, id::text FROM torque_applications").fetchall()
            yield Torque(address, token, use.dsn, {str(name): str(found) for name, found in rows})
    finally:
        use.close()
