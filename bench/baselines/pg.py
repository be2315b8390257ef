"""asyncpg alone: the same rows, no HTTP, no platform."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import asyncpg

SELECT = "SELECT id, data, version, created_at, updated_at FROM entities WHERE application_id = $1 AND id = $2"
INSERT = """INSERT INTO entities (application_id, id, entity_type, data, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, 1, now(), now())"""


async def connect(dsn: str) -> asyncpg.Connection:
    """Open one connection that passes JSON through as bytes, as Torque's do, and plans each statement once.

    Left to itself the database plans a read by id anew for its values, over all partitions, which takes longer than the
    read: by how much depends on whether statistics are there yet, so that the same statement took 30 µs in one database
    and 41 in another.
    """
    connection = await asyncpg.connect(dsn, server_settings={"plan_cache_mode": "force_generic_plan", "jit": "off"})
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
