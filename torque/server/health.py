"""`/health`: the worker answers. `/ready`: everything a request may need is there."""

import asyncio

from torque import codec
from torque.api.common.reply import JSON, Reply
from torque.db.pool import Database
from torque.errors import TorqueError
from torque.server import board as cells
from torque.server.board import Board

CHECK_SECONDS = 2.0
ALIVE = Reply(200, JSON, codec.dumps({"status": "ok"}))


async def readiness(db: Database, board: Board) -> Reply:
    """Return 200 when database, migrations, listener, registration, partitions and start-up are all right, else 503."""
    checks = {
        "database": await _reaches(db),
        "migrations": bool(board.get(cells.MIGRATED)),
        "listener": bool(board.get(cells.LISTENING)),
        "registered": board.may_write(),
        "partitions": bool(board.get(cells.PARTITIONED)),
        "prepared": bool(board.get(cells.PREPARED)),
        "serving": not board.get(cells.DRAINING),
    }
    ready = all(checks.values())
    body = codec.dumps({"ready": ready, "checks": checks})
    return Reply(200, JSON, body) if ready else Reply(503, (*JSON, ("retry-after", "1")), body)


async def _reaches(db: Database) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return bool(await db.fetchval("SELECT 1") == 1)
    except (TorqueError, TimeoutError):
        return False
