"""PocketBase with the same records, set up as its documentation recommends.

Its database is SQLite in WAL mode by its own doing. Rules let any signed-in user in, requests carry the token of one,
the list has an index of its own, and the log of requests is off, as it is in Torque. Records are put into its tables
while it does not run, which it cannot tell from records it made itself.
"""

import contextlib
import datetime
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import msgspec

from bench.harness import free_port, process
from bench.peers.records import records

LOCK = Path(__file__).parents[2] / "requirements" / "peers.txt"
PERSON = {"identity": "bench@example.com", "password": "bench-password-1"}
SIGNED_IN = "@request.auth.id != ''"
FIELDS: list[dict[str, Any]] = [
    {"name": "label", "type": "text", "required": True, "max": 255},
    {"name": "status", "type": "select", "maxSelect": 1, "values": ["open", "closed"]},
    {"name": "points", "type": "number"},
    {"name": "due", "type": "date"},
    {"name": "created", "type": "autodate", "onCreate": True},
    {"name": "updated", "type": "autodate", "onCreate": True, "onUpdate": True},
]


class PocketBase(msgspec.Struct, frozen=True):
    """A running PocketBase and the token of one of its users."""

    address: str
    authorization: str

    def call(self, method: str, path: str, data: Mapping[str, Any] | None = None) -> Any:
        """Make one request and return the answer."""
        return _call(self.address, method, path, data, self.authorization)


def one(name: str, number: int) -> str:
    """Return the path of a seeded record."""
    return f"/api/collections/{name}/records/{number:015d}"


def many(name: str, **query: object) -> str:
    """Return the path of records, with a query."""
    return f"/api/collections/{name}/records" + (f"?{urlencode(query)}" if query else "")


def install(folder: Path) -> Path:
    """Install PocketBase as locked, unless it is there; return the program."""
    program = folder / "bin" / "pocketbase"
    if not program.exists():
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--require-hashes",
                   "--target", str(folder), "-r", str(LOCK)]  # fmt: skip
        subprocess.run(command, check=True)
    return program


def version(program: Path) -> str:
    """Return the version of the program."""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return done.stdout.split()[-1]


def prepare(program: Path, folder: Path, collections: Mapping[str, tuple[int, bool]]) -> float:
    """Make collections and their records unless they are there already; return the seconds it took.

    Parameters
    ----------
    collections
        How many records each has, and whether it has the index of the list.
    """
    state, begin = folder / "seeded.json", time.monotonic()
    wanted = msgspec.json.encode(collections)
    if state.exists() and state.read_bytes() == wanted:
        return 0.0
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    superuser = [program, "superuser", "upsert", PERSON["identity"], PERSON["password"], "--dir", folder / "data"]
    subprocess.run([str(part) for part in superuser], capture_output=True, check=True)
    with _running(program, folder) as address:
        _configure(address, collections)
    with contextlib.closing(sqlite3.connect(folder / "data" / "data.db")) as database:
        for name, (count, _) in collections.items():
            _fill(database, name, count)
        database.execute("ANALYZE")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    state.write_bytes(wanted)
    return time.monotonic() - begin


@contextlib.contextmanager
def serve(program: Path, folder: Path) -> Iterator[PocketBase]:
    """Serve a prepared folder."""
    with _running(program, folder) as address:
        token = _call(address, "POST", "/api/collections/users/auth-with-password", PERSON)["token"]
        yield PocketBase(address, token)


@contextlib.contextmanager
def _running(program: Path, folder: Path) -> Iterator[str]:
    port = free_port()
    command = [program, "serve", "--http", f"127.0.0.1:{port}", "--automigrate=0"]
    for name in ("", "hooks", "migrations", "public"):
        command += [f"--{name}{'Dir' if name else 'dir'}", folder / (name or "data")]
    address = f"http://127.0.0.1:{port}"
    with process([str(part) for part in command], f"{address}/api/health", cwd=str(folder)):
        yield address


def _configure(address: str, collections: Mapping[str, tuple[int, bool]]) -> None:
    """Turn the log of requests off, make a user and the collections."""
    admin = _call(address, "POST", "/api/collections/_superusers/auth-with-password", PERSON)["token"]
    _call(address, "PATCH", "/api/settings", {"logs": {"maxDays": 0}}, admin)
    user = {"email": PERSON["identity"], "password": PERSON["password"], "passwordConfirm": PERSON["password"]}
    _call(address, "POST", "/api/collections/users/records", {**user, "verified": True}, admin)
    rules = dict.fromkeys(("listRule", "viewRule", "createRule", "updateRule", "deleteRule"), SIGNED_IN)
    for name, (_, indexed) in collections.items():
        indexes = [f"CREATE INDEX idx_{name}_status_due ON {name} (status, due)"] if indexed else []
        wanted = {"name": name, "type": "base", **rules, "fields": FIELDS, "indexes": indexes}
        _call(address, "POST", "/api/collections", wanted, admin)


def _fill(database: sqlite3.Connection, name: str, count: int) -> None:
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S.000Z")
    rows = (
        (f"{place:015d}", found.label, found.status, found.points, f"{found.due} 00:00:00.000Z", now, now)
        for place, found in enumerate(records(count))
    )
    with database:
        database.executemany(
            f"INSERT INTO {name} (id, label, status, points, due, created, updated) VALUES (?, ?, ?, ?, ?, ?, ?)", rows
        )


def _call(address: str, method: str, path: str, data: Mapping[str, Any] | None = None, authorization: str = "") -> Any:
    body = json.dumps(data).encode() if data is not None else None
    headers = {"content-type": "application/json", **({"authorization": authorization} if authorization else {})}
    with urlopen(Request(address + path, body, headers, method=method), timeout=60) as response:
        return json.loads(response.read() or b"null")
