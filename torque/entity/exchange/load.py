"""What the parts of a load share: who loads into what and how, and what has been written."""

from collections.abc import Sequence

import msgspec

from torque.access.types import Rights
from torque.application.types import RunningApplication
from torque.entity.exchange.progress import Telling
from torque.types import Caller


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """Who loads into what, and how.

    Parameters
    ----------
    skip_invalid
        Take what can be taken. Otherwise one bad row means that nothing is kept.
    careful
        Ask for every batch which unique values are taken already. Otherwise those of rules that nothing stands under
        yet are left to the database, which ends the load at the first that occurs twice.
    """

    caller: Caller
    app: RunningApplication
    rights: Rights
    skip_invalid: bool
    telling: Telling
    careful: bool = True


NAMED = 10_000
"""Records that caches and listeners hear of one by one; beyond, all of the application is read anew."""


class Touched(msgspec.Struct):
    """What a load wrote: what caches and listeners have to hear of afterwards.

    Parameters
    ----------
    updated
        Id, version and changed fields of each record; more than `NAMED` are not remembered.
    confirmed
        Records that stood as asked for, where another process may have written them just now.
    moved
        How many were changed or confirmed.
    """

    created: dict[str, int]
    updated: dict[str, list[tuple[str, int, tuple[str, ...]]]]
    confirmed: dict[str, list[str]]
    moved: int = 0

    @property
    def named(self) -> bool:
        """True when each record is known."""
        return self.moved <= NAMED

    def note_updated(self, name: str, records: Sequence[tuple[str, int, tuple[str, ...]]]) -> None:
        """Take in records of an entity that were changed."""
        self.moved += len(records)
        self.updated.setdefault(name, []).extend(records if self.named else ())

    def note_confirmed(self, name: str, record_id: str) -> None:
        """Take in a record that needed no change."""
        self.moved += 1
        self.confirmed.setdefault(name, []).extend((record_id,) if self.named else ())
