"""Records as this process wrote them last, on which the next change of one may be prepared without reading it.

Nothing is ever answered from here. The statement of a change carries version and time of its base, so one that was
prepared on what is no more changes nothing; and what stands against a change is asked of the record as it is stored.
"""

from torque.entity.types import Row

_BYTES = 16 * 1024 * 1024
_BYTES_AROUND = 700
"""What a record takes beside its data, roughly."""


class Bases:
    """The records written last, as many as fit.

    They are kept in two halves. When the younger is full it takes the place of the older, whose records are forgotten:
    that costs a fraction of keeping all of them in the order they were written in.
    """

    def __init__(self, most_bytes: int = _BYTES) -> None:
        self._most = most_bytes // 2
        self._bytes = 0
        self._young: dict[tuple[str, str], Row] = {}
        self._old: dict[tuple[str, str], Row] = {}

    def get(self, application_id: str, record_id: str) -> Row | None:
        """Return a record as it was left, None when that is not known."""
        key = (application_id, record_id)
        return self._young.get(key) or self._old.get(key)

    def forget(self, application_id: str, record_id: str) -> None:
        """Forget a record that is no more as it was left."""
        key = (application_id, record_id)
        before = self._young.pop(key, None)
        if before is not None:
            self._bytes -= len(before[1]) + _BYTES_AROUND
        self._old.pop(key, None)

    def keep(self, application_id: str, row: Row) -> None:
        """Remember a record as it was just written."""
        young, key = self._young, (application_id, row[0])
        before = young.get(key)
        young[key] = row
        self._bytes += len(row[1]) + _BYTES_AROUND if before is None else len(row[1]) - len(before[1])
        if self._bytes > self._most:
            self._old, self._young, self._bytes = young, {}, 0
