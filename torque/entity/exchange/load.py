"""What the parts of a load share: who loads into what and how, and what has been written."""

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


class Touched(msgspec.Struct):
    """What a load wrote: what caches and listeners have to hear of afterwards.

    `confirmed` are records that stood as asked for, where another process may have written them just now.
    """

    created: dict[str, int]
    updated: dict[str, list[tuple[str, int, tuple[str, ...]]]]
    confirmed: dict[str, list[str]]
