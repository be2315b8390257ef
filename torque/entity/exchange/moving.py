"""References that were written before their records came, and came with ids of their own.

A reference by key to a record that is still to come gets an id in advance, which the record then takes. One whose row
says its id keeps that; so at the end what was promised is written over, wherever it stands.
"""

import re
from collections.abc import Mapping

from torque.entity.exchange.lookup import Q
from torque.entity.types import Connection

_TOGETHER = 1_000
_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


async def move(connection: Connection, application_id: str, moved: Mapping[str, str]) -> None:
    """Write the ids that records have over those that were promised: in records and all that was written of them."""
    names = {old.encode(): new.encode() for old, new in moved.items()}
    promised = list(moved)

    def written(text: bytes) -> str:
        return _ID.sub(lambda match: names.get(match[0], match[0]), text).decode()

    for start in range(0, len(promised), _TOGETHER):
        old = promised[start : start + _TOGETHER]
        rows = await connection.fetch(Q.referring, application_id, old)
        ids, texts = [row["id"] for row in rows], [written(row["data"]) for row in rows]
        await connection.execute(Q.move_records, application_id, ids, texts)
        keys = await connection.fetch(Q.keys_of_records, application_id, ids)
        before = [row["value"] for row in keys]
        after = [written(value.encode()) for value in before]
        changed = [place for place, value in enumerate(before) if value != after[place]]
        if changed:
            rules = [keys[place]["constraint_id"] for place in changed]
            values = [before[place] for place in changed], [after[place] for place in changed]
            await connection.execute(Q.move_keys, application_id, rules, *values)
        for told, rewrite in ((Q.letters_of, Q.move_letters), (Q.entries_of, Q.move_entries)):
            papers = await connection.fetch(told, application_id, ids)
            texts = [written(row["text"]) for row in papers]
            await connection.execute(rewrite, application_id, [row["id"] for row in papers], texts)
        await connection.execute(Q.move_links, application_id, old, [moved[one] for one in old])
