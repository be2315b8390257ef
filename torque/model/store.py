"""What the database keeps about models: the document as it is, and every revision it had."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torque import codec
from torque.db.failures import ForeignKeyViolation, UniqueViolation
from torque.db.notify import run_of
from torque.db.pool import Database
from torque.db.queries import load_queries
from torque.errors import Conflict
from torque.model.definition.model import Model
from torque.model.exchange import encode_model
from torque.model.types import ModelRecord, ModelSummary, Revision

Q = load_queries(Path(__file__).with_name("queries.sql"))
FIELD_PATH = "$.entities[*].fields[*] ? (@.id == $id)"
ENTITY_PATH = "$.entities[*] ? (@.id == $id)"


class ModelStore:
    """Runs the statements of `queries.sql`. Those that write take the connection of a transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def summaries(self) -> list[ModelSummary]:
        """Return all models by name."""
        return [ModelSummary(**dict(row)) for row in await self._db.fetch(Q.list_models)]

    async def find(self, ref: str) -> ModelRecord | None:
        """Return a model by id, then by name."""
        row = await self._db.fetchrow(Q.find_model, ref)
        return None if row is None else _record(row)

    async def lock(self, connection: Any, ref: str) -> ModelRecord | None:
        """Return a model, held against other changes until the transaction ends."""
        row = await connection.fetchrow(Q.lock_model, ref)
        return None if row is None else _record(row)

    async def head_revision(self, model_id: str) -> int | None:
        """Return the newest revision of a model."""
        revision: int | None = await self._db.fetchval(Q.head_revision, model_id)
        return revision

    async def ever_held(self) -> bool:
        """Return whether this database has ever held a model."""
        held: bool = await self._db.fetchval(Q.ever_held)
        return held

    async def insert(self, connection: Any, model_id: str, model: Model, author: str, message: str) -> ModelRecord:
        """Store a new model as its revision 1. Raises Conflict when the name is taken."""
        document = encode_model(model)
        try:
            row = await connection.fetchrow(
                Q.insert_model, model_id, model.name, model.display_name or model.name, document
            )
        except UniqueViolation:
            raise Conflict(f"There is a model '{model.name}' already. Give the new one another name.") from None
        await connection.execute(Q.insert_revision, model_id, 1, document, b"[]", author, message)
        return record_of(model, document, id=model_id, revision=1, **dict(row))

    async def update(
        self, connection: Any, model_id: str, model: Model, changes: list[Any], author: str, message: str
    ) -> ModelRecord:
        """Store the next revision of a model. Raises Conflict when its new name is taken."""
        document = encode_model(model)
        try:
            row = await connection.fetchrow(
                Q.update_model, model_id, model.name, model.display_name or model.name, document
            )
        except UniqueViolation:
            raise Conflict(f"There is a model '{model.name}' already.") from None
        data = codec.dumps(changes)
        await connection.execute(Q.insert_revision, model_id, row["revision"], document, data, author, message)
        return record_of(model, document, id=model_id, **dict(row))

    async def delete(self, connection: Any, model_id: str) -> None:
        """Delete a model with its revisions. Raises Conflict while it has applications."""
        try:
            await connection.execute(Q.delete_model, model_id)
        except ForeignKeyViolation:
            raise Conflict("The model has applications. Delete them first.") from None

    async def revisions(self, model_id: str, after: int = 0) -> list[Revision]:
        """Return the revisions after one, the newest first."""
        rows = await self._db.fetch(Q.list_revisions, model_id, after)
        return [Revision(**{**dict(row), "changes": codec.loads(row["changes"])}) for row in rows]

    async def revision_saved(self, model_id: str, revision: int) -> str | None:
        """Return when a revision was saved."""
        saved: str | None = await self._db.fetchval(Q.revision_saved, model_id, revision)
        return saved

    async def revision_document(self, model_id: str, revision: int) -> tuple[bytes, str] | None:
        """Return the document as it was at a revision, and when that was saved."""
        row = await self._db.fetchrow(Q.revision_document, model_id, revision)
        return None if row is None else (row["document"], row["saved"])

    async def was_there(self, connection: Any, model_id: str, kind: str, part_id: str) -> bool:
        """Return whether an entity or field of that id was in any earlier revision."""
        path = FIELD_PATH if kind == "Field" else ENTITY_PATH
        found: bool = await connection.fetchval(Q.find_removed, model_id, path, part_id)
        return found

    async def notify(self, connection: Any, model_id: str, revision: int | None) -> None:
        """Tell other runs when the transaction commits, in the words their relays read."""
        signal = {"type": "model", "model": model_id, "revision": revision}
        payload = codec.dumps({"run": run_of(self._db.settings), "signals": [signal]}).decode()
        await connection.fetchval(Q.notify, payload)


def record_of(model: Model, document: bytes, **columns: Any) -> ModelRecord:
    """Return a model with the columns of its row."""
    return ModelRecord(
        name=model.name,
        display_name=model.display_name or model.name,
        description=model.description or "",
        version=model.version or "",
        document=document,
        **columns,
    )


def _record(row: Mapping[str, Any]) -> ModelRecord:
    document: Any = codec.loads(row["document"])
    described = {"description": document.get("description") or "", "version": document.get("version") or ""}
    return ModelRecord(**{**dict(row), **described})
