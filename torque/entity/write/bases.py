"""Records as this process wrote them last, on which the next change of one may be prepared without reading it.

Nothing is ever answered from here. The statement of a change carries version and time of its base, so one that was
prepared on what is no more changes nothing; and what stands against a change is asked of the record as it is stored.
"""

from collections import OrderedDict

from torque.entity.types import Row

_BYTES = 16 * 1024 * 1024
_BYTES_AROUND = 700
"""What a record takes beside its data, roughly."""


class Bases:
    """The records written last, as many as fit."""

    def __init__(self, most_bytes: int = _BYTES) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._rows: OrderedDict[tuple[str, str], Row] = OrderedDict()

    def get(self, application_id: str, record_id: str) -> Row | None:
        """Return a record as it was left, None when that is not known."""
        return self._rows.get((application_id, record_id))

    def forget(self, application_id: str, record_id: str) -> None:
        """Forget a record that is no more as it was left."""
        before = self._rows.pop((application_id, record_id), None)
        if before is not None:
            self._bytes -= len(before[1]) + _BYTES_AROUND

    def keep(self, application_id: str, row: Row) -> None:
        """Remember a record as it was just written."""
        rows, key = self._rows, (application_id, row[0])
        before = rows.pop(key, None)
        if before is not None:
            self._bytes -= len(before[1]) + _BYTES_AROUND
        rows[key] = row
        self._bytes += len(row[1]) + _BYTES_AROUND
        while self._bytes > self._most:
            _, oldest = rows.popitem(last=False)
            self._bytes -= len(oldest[1]) + _BYTES_AROUND
