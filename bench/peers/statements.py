"""asyncpg alone: single statements on the rows of Torque, with nothing around them. Prints operations per second.

python -m bench.peers.statements select|insert|update|delete DSN CONNECTIONS SECONDS APPLICATION TYPE
"""

import sys

import asyncpg
import uvloop

from bench.baselines.pg import INSERT, SELECT, connect, measure
from torque.types import new_id

IDS = "SELECT id FROM entities WHERE application_id = $1 AND entity_type = $2 ORDER BY id LIMIT $3"
UPDATE = """UPDATE entities SET data = $3, version = version + 1, updated_at = now()
WHERE application_id = $1 AND id = $2"""
DELETE = "DELETE FROM entities WHERE application_id = $1 AND id = $2"
DATA = '{{"label": "Record {0}", "due": "2026-01-31", "points": {0}, "status": "open"}}'
MOST = 500_000


async def main(kind: str, dsn: str, connections: int, seconds: float, application: str, entity_type: str) -> None:
    """Measure one kind of statement and print the rate."""
    probe = await connect(dsn)
    limit = MOST if kind == "delete" else 10_000
    ids = [row[0] for row in await probe.fetch(IDS, application, entity_type, limit)]
    await probe.close()
    turn = 0

    async def step(connection: asyncpg.Connection) -> None:
        nonlocal turn
        turn += 1
        data = DATA.format(turn).encode()
        if kind == "select":
            assert await connection.fetchrow(SELECT, application, ids[turn % len(ids)]) is not None
        elif kind == "insert":
            await connection.execute(INSERT, application, new_id(), entity_type, data)
        elif kind == "update":
            assert await connection.execute(UPDATE, application, ids[turn % len(ids)], data) == "UPDATE 1"
        else:
            assert await connection.execute(DELETE, application, ids[turn]) == "DELETE 1"

    print(await measure(dsn, connections, seconds, step))


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), sys.argv[5], sys.argv[6]))
