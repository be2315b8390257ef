"""Do: run the engine's statements, reads by id coalesced."""

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from torque import codec
from torque.db.failures import DatabaseFailure
from torque.db.pool import Database
from torque.db.session import beside
from torque.db.sharing import Shared
from torque.entity.batch import Q, Repeat, plain
from torque.entity.coalesce import Coalescer, Convoy, Landed, Part, Pending
from torque.entity.met import Met
from torque.entity.query.sql import Statement
from torque.entity.types import WORDS, Connection, Row
from torque.errors import TorqueError
from torque.native import Generations, Stamp, unpack_rows

_READS = 2
_BATCH = 128
_READS_SHARE = 0.875
"""A read is over soon, so hardly anybody's answer is late for waiting for nearly all who will ask again at once."""
_INDEXED_SECONDS = 20.0


class Settings(msgspec.Struct, frozen=True):
    """What every server of one database agrees on: how text sorts, and what signs cursors."""

    collation: str
    cursor_secret: bytes


class EntityStore(Convoy[str, None, Row | None]):
    """Reads records and what belongs to them.

    A batch of reads holds one application; the rights of each caller are checked on what comes back. The batches of
    several applications go in one round trip.
    """

    def __init__(self, db: Database, generations: Generations) -> None:
        self._db = db
        self.generations = generations
        self._settings: tuple[Settings, Stamp] | None = None
        self._reading_settings: Shared[None, tuple[Settings, Stamp]] = Shared(
            self._read_settings, lambda found: generations.current(found[1])
        )
        self._reads: Coalescer[str, None, Row | None] = Coalescer(
            _READS, _BATCH, self._read_batch, once=False, share=_READS_SHARE, convoy=self
        )
        self._met = Met(db)
        self._indexed: dict[tuple[str, str], frozenset[str]] = {}
        self._searched_anew: Callable[[str, str], None] | None = None
        self._ask_after = 0.0
        self._asking: asyncio.Task[None] | None = None

    async def settings(self) -> Settings:
        """Return the database's settings; the first process that asks makes the secret.

        They count until all caches are told to begin anew: the database may be another one's backup by then. The first
        list waits for them, and for what indexes there are: without these it would read a large type whole.
        """
        if self._settings is None or not self.generations.current(self._settings[1]):
            self._settings = await self._reading_settings.get(None)
        return self._settings[0]

    async def _read_settings(self, _: None) -> tuple[Settings, Stamp]:
        stamp = self.generations.read(())
        found = {row["key"]: codec.loads(row["value"]) for row in await self._db.fetch(Q.settings)}
        if "cursor_secret" not in found:
            await self._db.execute(Q.keep_secret, codec.dumps(os.urandom(32).hex()))
            found = {row["key"]: codec.loads(row["value"]) for row in await self._db.fetch(Q.settings)}
        secret = bytes.fromhex(found["cursor_secret"])
        if self._settings is None:
            await self._ask_indexed()
        return Settings(found.get("text_collation", "C"), secret), stamp

    def indexed(self, application_id: str, key: str) -> frozenset[str] | None:
        """Return the storage keys of a type whose equality an index answers; None for a type without indexes.

        What upkeep wrote down is asked for again in the background once it is old: an index that came or went since
        only makes a statement slower, or, one of words, has it find what was found before.
        """
        if time.monotonic() > self._ask_after and self._asking is None:
            self._asking = asyncio.get_running_loop().create_task(self._ask_indexed())
        return self._indexed.get((application_id, key))

    def tell_searched_anew(self, tell: Callable[[str, str], None]) -> None:
        """Call `tell` with application and type when an index of words came or went: it finds other records."""
        self._searched_anew = tell

    async def _ask_indexed(self) -> None:
        first = self._ask_after == 0.0
        try:
            value = await self._db.fetchval(Q.indexed_types)
            found: dict[str, dict[str, list[str]]] = codec.loads(value) if value is not None else {}
            before = {place for place, keys in self._indexed.items() if WORDS in keys}
            self._indexed = {(app, key): frozenset(k) for app, keys in found.items() for key, k in keys.items()}
            after = {place for place, keys in self._indexed.items() if WORDS in keys}
            if self._searched_anew is not None and not first:
                for place in before ^ after:
                    self._searched_anew(*place)
        except (TorqueError, DatabaseFailure):
            pass  # a list that fares better will ask again
        finally:
            self._ask_after, self._asking = time.monotonic() + _INDEXED_SECONDS, None

    async def drain(self) -> None:
        """Return when no read by id is under way."""
        await self._reads.drain()
        await self._met.looks.drain()

    async def close(self) -> None:
        """End what goes on in the background."""
        if self._asking is not None:
            self._asking.cancel()

    def read(self, application_id: str, record_id: str) -> "asyncio.Future[Row | None]":
        """Return a record by its (valid, lower-case) id; reads that wait together are one statement."""
        return self._reads.submit(application_id, record_id, None)

    def enter(self, application_id: str, read: Pending[None, Row | None], loop: asyncio.AbstractEventLoop) -> None:
        """Read a record like `read`, for somebody who is told of it; for any thread, `loop` is the worker's."""
        self._reads.enter(application_id, read, loop)

    async def read_locked(self, connection: Connection, application_id: str, record_id: str) -> Row | None:
        """Return a record and hold its row until the transaction ends."""
        row: Row | None = await connection.fetchrow(Q.read_locked, application_id, record_id)
        return row

    async def fetch(self, statement: Statement) -> Sequence[Any]:
        """Run a planned statement."""
        return await self._db.fetch(statement.text, *statement.args)

    async def beside(self, work: Callable[[str], None]) -> None:
        """Run long work in a thread, on a connection of its own to the address that it is given."""
        await beside(partial(work, self._db.settings.dsn))

    async def types(self, application_id: str, ids: Iterable[str]) -> Mapping[str, str]:
        """Return the entity keys of those records that exist."""
        return await self._met.types(application_id, ids)

    def look(
        self, application_id: str, looking: Pending[Sequence[str], Mapping[str, str]], loop: asyncio.AbstractEventLoop
    ) -> None:
        """Find the entity keys of a few records, for somebody who is told of them; for any thread, as `enter`."""
        self._met.looks.enter(application_id, looking, loop)

    def remembered_type(self, application_id: str, record_id: str) -> str | None:
        """Return the entity key of a record as `types` saw it last, None when it has not; for any thread."""
        return self._met.remembered(application_id, record_id)

    def forget_types(self, application_id: str, ids: Iterable[str]) -> None:
        """Ask the database again about records that were found to be gone."""
        self._met.forget(application_id, ids)

    async def taken_keys(
        self, application_id: str, keys: Sequence[tuple[str, str]], record_id: str
    ) -> set[tuple[str, str]]:
        """Return which unique values belong to other records."""
        if not keys:
            return set()
        constraints, values = [key[0] for key in keys], [key[1] for key in keys]
        rows = await self._db.fetch(Q.key_owners, application_id, constraints, values, steady=True)
        return {(row["constraint_id"], row["value"]) for row in rows if row["entity_id"] != record_id}

    async def owners(self, application_id: str, constraint: str, wanted: Sequence[str]) -> dict[str, str]:
        """Return the records that have these values of a unique rule, by value."""
        rows = await self._db.fetch(Q.owners, application_id, constraint, list(wanted), steady=True) if wanted else ()
        return {row["value"]: row["entity_id"] for row in rows}

    async def find_repeats(
        self, application_id: str, repeats: Sequence[Repeat]
    ) -> dict[str, tuple[bytes, dict[str, Any]]]:  # fmt: skip
        """Return parameter hashes and outcomes of earlier writes with these keys of one caller and method, by key."""
        if not repeats:
            return {}
        first, keys = repeats[0], [repeat.key for repeat in repeats]
        rows = await self._db.fetch(Q.find_repeats, application_id, first.caller, first.method, keys)
        return {row["key"]: (row["params_hash"], codec.loads(row["result"])) for row in rows}

    async def find_repeat(self, application_id: str, repeat: Repeat) -> tuple[bytes, dict[str, Any]] | None:
        """Return parameter hash and outcome of an earlier write with this key."""
        row = await self._db.fetchrow(Q.find_repeat, application_id, repeat.caller, repeat.method, repeat.key)
        return None if row is None else (row["params_hash"], codec.loads(row["result"]))

    async def is_repeat(self, error: DatabaseFailure) -> bool:
        """Tell whether the database refused a write for its idempotency key; those that are too old are forgotten."""
        if getattr(error, "table_name", "") != "idempotency_keys":
            return False
        await self.drop_old_keys()
        return True

    async def drop_old_keys(self) -> None:
        """Forget idempotency keys of more than a day ago."""
        await self._db.execute(Q.drop_old_keys)

    def kind(self, lane: str) -> None:
        """Say that all reads by id are alike."""

    def takes(self, lane: str) -> bool:
        """Say that a read may go with any other."""
        return True

    async def run(self, parts: Sequence[Part[str, None, Row | None]], landed: Landed) -> None:
        """Read records of several applications; an id that is met twice goes by itself."""
        seen: set[str] = set()
        together: list[Sequence[Pending[None, Row | None]]] = []
        rest: list[Part[str, None, Row | None]] = []
        args: list[tuple[str, str]] = []
        for application_id, batch in parts:
            ids = {pending.id: None for pending in batch}
            if seen.isdisjoint(ids):
                seen.update(ids)
                together.append(batch)
                args.append((application_id, plain(list(ids))))
            else:
                rest.append((application_id, batch))
        async with self._db.connection(steady=True) as connection:
            found = unpack_rows(await connection.fetchmany(Q.read, args))
        for batch in together:
            _answer(batch, found)
        for application_id, batch in rest:
            await self._read_batch(application_id, batch, landed)

    async def _read_batch(self, application_id: str, batch: Sequence[Pending[None, Row | None]], _: Landed) -> None:
        ids = plain(list({pending.id: None for pending in batch}))
        _answer(batch, unpack_rows(await self._db.fetch(Q.read, application_id, ids, steady=True)))


def _answer(batch: Sequence[Pending[None, Row | None]], found: Mapping[str, Row]) -> None:
    for pending in batch:
        pending.succeed(found.get(pending.id))
