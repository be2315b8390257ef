"""Batches of rows, made in a thread while the database takes the batch before. Pure."""

from collections.abc import Sequence
from itertools import islice

import msgspec

from torque.entity.exchange import draft as drafting
from torque.entity.exchange.copying import Lines, lines_of
from torque.entity.exchange.draft import Draft
from torque.entity.exchange.mapping import RowPlan
from torque.entity.exchange.types import Rows
from torque.entity.write.fresh import RecordIds
from torque.types import utc_now

_BYTES = 1 << 24
"""Of the file, read for one chunk: rows may be long."""

_LOOK = 16
"""Rows between two looks at how much was read."""


class Chunk(msgspec.Struct, frozen=True):
    """Some rows.

    Parameters
    ----------
    now
        When the records are made.
    read
        Bytes of the file up to here.
    lines
        What COPY takes of those that can be stored, made ahead; None where something has to be looked up first.
    """

    drafts: Sequence[Draft]
    now: str
    lines: Lines | None
    read: int


class Chunks:
    """Reads the chunks of one job.

    Parameters
    ----------
    simple
        Rows whose references are known are prepared, and their lines made, as they are read.
    """

    def __init__(
        self,
        rows: Rows,
        plan: RowPlan,
        application_id: str,
        size: int,
        simple: bool,
    ) -> None:
        self._file = rows
        self._rows = rows.read()
        self._plan = plan
        self._application_id = application_id
        self._size = size
        self._simple = simple
        self._ids = RecordIds()

    def next(self) -> Chunk:
        """Return the next rows, none at the end."""
        plan, now = self._plan, utc_now()
        drafts = self._some(plan)
        if not self._simple or any(draft.wanted for draft in drafts):
            return Chunk(drafts, now, None, self._file.position)
        drafting.prepare(plan, drafts, now)
        for draft in drafts:
            if draft.id is None:
                draft.id = self._ids.new()
        lines = lines_of(self._application_id, plan.entity.key, drafts, now)
        return Chunk(drafts, now, lines, self._file.position)

    def _some(self, plan: RowPlan) -> list[Draft]:
        """Return so many rows, fewer where they are long."""
        end = self._file.position + _BYTES
        drafts: list[Draft] = []
        for number, cells in islice(self._rows, self._size):
            drafts.append(drafting.convert(plan, number, cells))
            if len(drafts) % _LOOK == 0 and self._file.position > end:
                break
        return drafts
