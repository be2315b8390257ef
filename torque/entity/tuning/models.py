"""Models that upkeep needs, each read and compiled once in a round."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from torque.db.queries import load_queries
from torque.db.session import Session
from torque.model.compile import CompiledModel, compile_model
from torque.model.definition.model import Model

Q = load_queries(Path(__file__).with_name("indexes.sql"))


class Models:
    """Compiles the models of one round of upkeep."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._compiled: dict[tuple[str, int], CompiledModel] = {}

    def get(self, model_id: str, revision: int, document: Mapping[str, Any] | None = None) -> CompiledModel:
        """Return a revision of a model, compiled; without its document that is read."""
        found = self._compiled.get((model_id, revision))
        if found is None:
            said = document if document is not None else self._session.rows(Q.document, revision, model_id)[0][0]
            found = compile_model(msgspec.convert(said, Model), model_id=model_id, revision=revision)
            self._compiled[model_id, revision] = found
        return found
