"""asyncpg alone: the same rows, no HTTP, no platform. Prints operations per second.

python -m bench.baselines.pg select|insert DSN CONNECTIONS SECONDS APPLICATION TYPE
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

import asyncpg
import uvloop

from torque.types import new_id

SELECT = "SELECT id, data, version, created_at, updated_at FROM entities WHERE application_id = $1 AND id = $2"
INSERT = """INSERT INTO entities (application_id, id, entity_type, data, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, 1, now(), now())"""
DATA = '{"label": "Water the plants", "status": "open"}'


async def connect(dsn: str) -> asyncpg.Connection:
    """Open one connection that passes JSON through as bytes, as Torque's do."""
    connection = await asyncpg.connect(dsn)
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", format="binary", encoder=lambda b: b"\x01" + b, decoder=lambda b: b[1:]
    )
    return connection


async def measure(dsn: str, connections: int, seconds: float, step: Callable[..., Awaitable[None]]) -> float:
    """Run `step(statement connection, i)` on every connection until time is up; return operations per second."""
    opened = [await connect(dsn) for _ in range(connections)]
    end = time.perf_counter() + seconds
    done = [0] * connections

    async def run(n: int) -> None:
        while time.perf_counter() < end:
            await step(opened[n])
            done[n] += 1

    start = time.perf_counter()
    await asyncio.gather(*(run(n) for n in range(connections)))
    elapsed = time.perf_counter() - start
    for connection in opened:
        await connection.close()
    return sum(done) / elapsed


async def main(kind: str, dsn: str, connections: int, seconds: float, application: str, entity_type: str) -> None:
    """Measure one kind of statement and print the rate."""
    probe = await connect(dsn)
    ids = [
        row[0]
        for row in await probe.fetch(
            "SELECT id FROM entities WHERE application_id = $1 AND entity_type = $2 LIMIT 2000",
            application,
            entity_type,
        )
    ]
    await probe.close()
    turn = 0

    async def select(connection: asyncpg.Connection) -> None:
        nonlocal turn
        turn += 1
        assert await connection.fetchrow(SELECT, application, ids[turn % len(ids)]) is not None

    async def insert(connection: asyncpg.Connection) -> None:
        await connection.execute(INSERT, application, new_id(), entity_type, DATA.encode())

    print(await measure(dsn, connections, seconds, select if kind == "select" else insert))


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), sys.argv[5], sys.argv[6]))
