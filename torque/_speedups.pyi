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

def unpack_rows(rows: Iterable[_Row]) -> dict[str, tuple[str, bytes, int, str, str, str]]:
    """The rows of a statement whose only column is `record_send` of a row, by their ids.

    Raises
    ------
    ValueError
        When the columns of one are not those of a record.
    """
