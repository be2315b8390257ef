"""Executions in the database: one row when an execution has ended, node rows where somebody will look at them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from torque import codec
from torque.db.pool import Database
from torque.db.queries import load_queries
from torque.entity.batch import Repeat
from torque.xflow.engine import NodeRun

_SQL = load_queries(Path(__file__).with_name("queries.sql"))


class ExecutionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a workflow as it is kept."""

    id: str
    application_id: str
    xflow_id: str
    xflow_name: str
    model_revision: int
    status: str
    trigger: str
    caller: str
    input: bytes
    output: bytes | None
    error: bytes | None
    node_count: int
    duration_ms: float
    started_at: str
    finished_at: str


class ExecutionStore:
    """Writes and reads executions."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def insert(self, row: ExecutionRow, nodes: Sequence[NodeRun]) -> None:
        """Keep an execution, and the given node runs with it."""
        values = msgspec.structs.astuple(row)
        if not nodes:
            await self._db.execute(_SQL.insert_execution, *values)
            return
        async with self._db.transaction() as connection:
            await connection.execute(_SQL.insert_execution, *values)
            document = b"[" + b",".join(_node(i, run) for i, run in enumerate(nodes)) + b"]"
            await connection.execute(_SQL.insert_node_executions, row.application_id, row.id, document)

    async def recent(self, application_id: str, xflow_id: str | None, limit: int) -> list[dict[str, Any]]:
        """Return the latest executions of an application, newest first."""
        rows = await self._db.fetch(_SQL.recent_executions, application_id, xflow_id, limit)
        return [_plain(dict(row)) for row in rows]

    async def nodes(self, application_id: str, execution_id: str) -> list[dict[str, Any]]:
        """Return the kept node runs of one execution, in order."""
        rows = await self._db.fetch(_SQL.node_executions, application_id, execution_id)
        return [_plain(dict(row)) for row in rows]

    async def claim(self, application_id: str, repeat: Repeat, execution_id: str) -> bool:
        """Remember that an execution is being done under a key; False when the key is taken."""
        kept = codec.dumps({"id": execution_id})
        async with self._db.connection(writing=True) as connection:
            taken = await connection.fetchval(
                _SQL.claim_key, application_id, repeat.caller, repeat.method, repeat.key, repeat.params_hash, kept
            )
        return bool(taken)

    async def find_repeat(self, application_id: str, repeat: Repeat) -> tuple[bytes, str] | None:
        """Return the hash of the parameters and the id of the execution that was done under a key."""
        row = await self._db.fetchrow(_SQL.find_key, application_id, repeat.caller, repeat.method, repeat.key)
        return None if row is None else (bytes(row["params_hash"]), _plain({"kept": row["result"]})["kept"]["id"])

    async def find(self, application_id: str, execution_id: str) -> dict[str, Any] | None:
        """Return an execution of the last day that has ended."""
        row = await self._db.fetchrow(_SQL.find_execution, application_id, execution_id)
        return None if row is None else _plain(dict(row))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: codec.loads(value) if isinstance(value, bytes) else value for name, value in row.items()}


def _node(position: int, run: NodeRun) -> bytes:
    """Return a node run as JSON; inputs and outputs are JSON already and are put in as they are."""
    head = codec.dumps(
        {
            "position": position,
            "node_id": run.node_id,
            "node_type": run.node_type,
            "status": run.status,
            "attempt": run.attempt,
            "error": run.error,
            "logs": msgspec.to_builtins(run.logs),
            "duration_ms": run.duration_ms,
            "started_at": datetime.fromtimestamp(run.started, UTC).isoformat(),
        }
    )
    return head[:-1] + b',"input":' + run.input + b',"output":' + (run.output or b"null") + b"}"
