"""What the database keeps about identity: tokens, sessions, sign-in links."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torque import codec
from torque.access.types import Token
from torque.db.notify import run_of
from torque.db.pool import Database
from torque.db.queries import load_queries

Q = load_queries(Path(__file__).with_name("queries.sql"))

_TOLD_AT_ONCE = 100
"""Credentials in one notification, which holds 8,000 bytes."""


class AccessStore:
    """Runs the statements of `queries.sql`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find_credential(self, credential: bytes) -> Mapping[str, Any] | None:
        """Return id, name, role, application_id and expires_at behind a credential that counts, or None."""
        row: Mapping[str, Any] | None = await self._db.fetchrow(Q.find_credential, credential)
        return row

    async def find_application(self, ref: str) -> str | None:
        """Return the id of an application by its name or id."""
        found: str | None = await self._db.fetchval(Q.find_application, ref)
        return found

    async def insert_token(self, token: Token, credential: bytes, expires_at: float | None) -> Mapping[str, Any]:
        """Store a token and return its times as text."""
        async with self._db.connection(writing=True) as connection:
            row: Mapping[str, Any] = await connection.fetchrow(
                Q.insert_token, token.id, token.name, credential, token.role, token.application_id, expires_at
            )
            return row

    async def list_tokens(self) -> list[Token]:
        """Return all tokens, the oldest first."""
        return [Token(**dict(row)) for row in await self._db.fetch(Q.list_tokens)]

    async def credentials_of(self, ref: str) -> tuple[bytes, ...]:
        """Return the credential of the token of that id, or of all of that name, revoked ones included."""
        return tuple(row["hash"] for row in await self._db.fetch(Q.credentials_of, ref))

    async def revoke_tokens(self, ref: str) -> tuple[bytes, ...]:
        """Revoke the token of that id, or all of that name, and return their credentials."""
        async with self._db.transaction() as connection:
            gone = tuple(row["hash"] for row in await connection.fetch(Q.revoke_tokens, ref))
            await self._tell(connection, gone)
            return gone

    async def insert_link(self, credential: bytes, seconds: float) -> None:
        """Store a sign-in link; what has expired goes."""
        async with self._db.transaction() as connection:
            await connection.execute(Q.insert_link, credential, float(seconds))
            await connection.execute(Q.sweep)

    async def redeem_link(
        self, link: bytes, session_id: str, credential: bytes, name: str, role: str, seconds: float
    ) -> float | None:
        """Use a link up and begin a session in one statement; None when the link does not count."""
        async with self._db.connection(writing=True) as connection:
            expires: float | None = await connection.fetchval(
                Q.redeem_link, link, session_id, credential, name, role, float(seconds)
            )
            return expires

    async def delete_session(self, credential: bytes) -> bool:
        """End a session; False when there was none."""
        async with self._db.transaction() as connection:
            ended = await connection.fetchval(Q.delete_session, credential) is not None
            if ended:
                await self._tell(connection, (credential,))
            return ended

    async def _tell(self, connection: Any, gone: Sequence[bytes]) -> None:
        """Tell other runs when the transaction commits, in the words their relays read: their streams end by it."""
        for start in range(0, len(gone), _TOLD_AT_ONCE):
            credentials = [one.hex() for one in gone[start : start + _TOLD_AT_ONCE]]
            signal = {"type": "access", "credentials": credentials}
            payload = codec.dumps({"run": run_of(self._db.settings), "signals": [signal]})
            await connection.fetchval(Q.notify, payload.decode())
