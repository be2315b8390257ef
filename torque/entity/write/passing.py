"""Unique values that go from one record to another in one transaction: given up by all before any is taken.

The database refuses a value as long as a row has it, also one that the same transaction is about to give up. The
records are held, so nobody else can give their values away; and who waits for a value that was given up waits for the
end of the transaction, so nobody takes it in between.
"""

from collections.abc import Mapping, MutableMapping, Sequence

from torque.entity.batch import Q, Write
from torque.entity.types import Connection

Key = tuple[str, str]
"""A unique rule and the text that stands for the value."""


def given_up(writes: Sequence[Write]) -> dict[Key, str]:
    """Return the values that changes take away from their records, and whose they were."""
    return {key: write.id for write in writes for key in set(write.prepared.old_keys) - set(write.prepared.keys)}


def passed_on(writes: Sequence[Write]) -> Mapping[Key, str]:
    """Return the values that one of these changes gives up and another takes, and whose they were."""
    gone = given_up(writes)
    taken = {key for write in writes for key in write.prepared.keys} if gone else set()
    return {key: gone[key] for key in sorted(taken & gone.keys())}


async def release(connection: Connection, application_id: str, writes: Sequence[Write]) -> None:
    """Take away what is passed on among held records, before it is given to others."""
    if passed := passed_on(writes):
        rules, held = [key[0] for key in passed], [key[1] for key in passed]
        await connection.execute(Q.release_keys, application_id, rules, held, list(passed.values()))


def refuse_unmoved(
    writes: Sequence[Write], new: Mapping[Key, str], owners: Mapping[Key, str], refused: MutableMapping[str, str]
) -> None:
    """Add the changes that take a value which its owner keeps; what is refused gives nothing up.

    Parameters
    ----------
    new
        The values that changes take, and which record is to have each.
    owners
        Who has them in the database.
    refused
        The rules for which records are refused, by record.
    """
    gone = given_up(writes)
    left: dict[str, list[Key]] = {}
    for key, owner in gone.items():
        left.setdefault(owner, []).append(key)
    kept = [key for key, owner in owners.items() if owner not in (new[key], gone.get(key))]
    kept += [key for one in refused for key in left.get(one, ())]
    while kept:
        key = kept.pop()
        taker = new.get(key)
        if taker is not None and taker not in refused:
            refused[taker] = key[0]
            kept += left.get(taker, ())
