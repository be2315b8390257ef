"""What every connection to Postgres is told when it is made, on both ends."""

import socket
from operator import itemgetter

import asyncpg
import psycopg
from psycopg.rows import TupleRow

_JSONB_VERSION = b"\x01"
_from_jsonb = itemgetter(slice(1, None))
"""Takes the version off; called for every value of every row, so not a function of our own."""

_KEEPALIVE = ((socket.TCP_KEEPIDLE, 10), (socket.TCP_KEEPINTVL, 5), (socket.TCP_KEEPCNT, 3))

WATCHED = {
    "client_connection_check_interval": "1000",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
"""What lets the server notice a client that has vanished, so that it holds no lock."""

_LONG = {**WATCHED, "statement_timeout": "0", "idle_in_transaction_session_timeout": "600000"}


async def prepare(connection: asyncpg.Connection) -> None:
    """Pass jsonb through as bytes and uuids as text, and let the kernel notice a dead server."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", format="binary", encoder=_to_jsonb, decoder=_from_jsonb
    )
    await connection.set_type_codec("uuid", schema="pg_catalog", format="text", encoder=str, decoder=str)
    raw = connection._transport.get_extra_info("socket")
    if raw is not None and raw.family in (socket.AF_INET, socket.AF_INET6):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _KEEPALIVE:
            raw.setsockopt(socket.IPPROTO_TCP, option, value)


def connect(dsn: str, name: str) -> psycopg.Connection[TupleRow]:
    """Open a connection for long work, in autocommit: its statements take as long as they need while it is there.

    Raises
    ------
    psycopg.Error
        When the database cannot be reached.
    """
    connection = psycopg.connect(
        dsn, autocommit=True, application_name=name, connect_timeout=10,
        keepalives_idle=10, keepalives_interval=5, keepalives_count=3,
    )  # fmt: skip
    try:
        connection.execute(
            "SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[]) AS s (name, value)",
            (list(_LONG), list(_LONG.values())),
        )
    except BaseException:
        connection.close()
        raise
    return connection


def _to_jsonb(value: bytes) -> bytes:
    return _JSONB_VERSION + value
