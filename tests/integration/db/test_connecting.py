"""What every connection is told, whoever opens it: a host that vanishes holds no lock for long."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.support.silent import SilentWay
from torque.db import archive, migrate, partitions
from torque.db.pool import Database, PoolSettings
from torque.db.session import exclusive

SETTINGS = """SELECT name, setting, reset_val, source FROM pg_settings WHERE name = ANY(ARRAY[
    'client_connection_check_interval', 'statement_timeout', 'idle_in_transaction_session_timeout',
    'tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count'])"""
LONG: dict[str, Callable[[str], AbstractContextManager[Any]]] = {
    "migrations": migrate._connect,
    "archive": archive._connect,
    "partitions": lambda dsn: partitions._upkeep(dsn, "failed"),
    "upkeep": lambda dsn: exclusive(dsn, "test", 4712),
}


async def test_a_connection_of_the_pool_is_watched_and_bounded(db: Database) -> None:
    told = {row["name"]: (row["reset_val"], row["source"]) for row in await db.fetch(SETTINGS)}
    assert told == {
        "client_connection_check_interval": ("1000", "client"), "statement_timeout": ("10000", "client"),
        "idle_in_transaction_session_timeout": ("10000", "client"), "tcp_keepalives_idle": ("10", "client"),
        "tcp_keepalives_interval": ("5", "client"), "tcp_keepalives_count": ("3", "client"),
    }  # fmt: skip


@pytest.mark.parametrize("who", LONG)
def test_a_connection_for_long_work_is_watched_and_does_not_idle_for_ever(database_url: str, who: str) -> None:
    with LONG[who](database_url) as opened:
        rows = opened.rows(SETTINGS) if who == "upkeep" else opened.execute(SETTINGS).fetchall()
    told = {row[0]: (row[1], row[3]) for row in rows}
    assert told["client_connection_check_interval"] == ("1000", "session")
    assert told["idle_in_transaction_session_timeout"] == ("600000", "session")
    assert told["statement_timeout"] == ("0", "session")
    assert {told[name][1] for name in told if name.startswith("tcp")} == {"session"}, "over a socket they have no value"


async def test_the_kernel_looks_whether_the_server_is_there(database_url: str) -> None:
    way = SilentWay(database_url)
    front = await asyncio.start_server(way.serve, "127.0.0.1", 0)
    host, port = front.sockets[0].getsockname()[:2]
    parts = conninfo_to_dict(database_url)
    database = await Database.open(
        PoolSettings(dsn=f"postgresql://{parts['user']}@{host}:{port}/{parts['dbname']}?sslmode=disable")
    )
    try:
        async with database.connection() as connection:
            raw = connection._transport.get_extra_info("socket")
            assert raw.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
            assert [raw.getsockopt(socket.IPPROTO_TCP, option) for option in options] == [10, 5, 3]
    finally:
        await database.close()
        way.end()
        front.close()
