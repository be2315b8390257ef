"""Types of the Cython module (`native/cython/speedups.pyx`)."""

from collections.abc import Iterable
from typing import Protocol

from torque_native._native import RowMap

class _Row(Protocol):
    """A row of (id, data, version, created_at, updated_at), read by position: an asyncpg Record or a tuple."""

    def __getitem__(self, position: int, /) -> object: ...

def splice_row(entity_type: bytes, row: _Row, row_map: RowMap | None = None) -> bytes:
    """The record on the wire: `{"id", fields, "created_at", "updated_at", "entity_type", "version"}`."""

def splice_rows(entity_type: bytes, rows: Iterable[_Row], row_map: RowMap | None = None) -> bytes:
    """The JSON array of the records."""
