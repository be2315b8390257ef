"""What a deletion writes down beside the record, so that it can come back as it was: version, age, links."""

from collections.abc import Mapping
from typing import Any

from torque import codec
from torque.application.types import RunningApplication
from torque.entity.batch import Q
from torque.entity.ends import ends_of
from torque.entity.types import Connection, Row


async def graves_of(connection: Connection, app: RunningApplication, rows: Mapping[str, Row]) -> dict[str, bytes]:
    """Return, for records about to be deleted, `{version, created_at, links: {key: {out: [ids], in: [ids]}}}`."""
    links = await _links(connection, app, rows)
    graves = {}
    for record_id, row in rows.items():
        grave: dict[str, Any] = {"version": row[2], "created_at": row[3]}
        if record_id in links:
            grave["links"] = links[record_id]
        graves[record_id] = codec.dumps(grave)
    return graves


async def _links(
    connection: Connection, app: RunningApplication, rows: Mapping[str, Row]
) -> dict[str, dict[str, dict[str, list[str]]]]:
    """Return the many-to-many links of records, seen from each."""
    names = {app.model.entities_by_key[row[5]].name for row in rows.values() if row[5] in app.model.entities_by_key}
    keys = sorted({end.link_key for name in names for end in ends_of(app.model)[name] if end.many_to_many})
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    for link in await connection.fetch(Q.restricting_links, app.id, sorted(rows), keys) if keys else ():
        sides = (("out", link["source_id"], link["target_id"]), ("in", link["target_id"], link["source_id"]))
        for side, own, other in sides:
            if own in rows:
                ends = found.setdefault(own, {}).setdefault(link["link_key"], {})
                if other not in ends.setdefault(side, []):
                    ends[side].append(other)
    return found
