"""What every connection to Postgres is told when it is made, on both ends."""

import socket
from operator import itemgetter

import asyncpg

_JSONB_VERSION = b"\x01"
_from_jsonb = itemgetter(slice(1, None))
"""Takes the version off; called for every value of every row, so not a function of our own."""

_KEEPALIVE = ((socket.TCP_KEEPIDLE, 10), (socket.TCP_KEEPINTVL, 5), (socket.TCP_KEEPCNT, 3))


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


def _to_jsonb(value: bytes) -> bytes:
    return _JSONB_VERSION + value
