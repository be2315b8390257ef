"""What a deletion writes down beside the record, so that it can come back as it was: version, age, links."""

from collections import Counter
from collections.abc import Mapping

from torque import codec
from torque.application.types import RunningApplication
from torque.entity.batch import Q
from torque.entity.ends import ends_of
from torque.entity.history.audit import audit_mode
from torque.entity.types import Connection, Row
from torque.types import Caller, new_id


async def log_deletions(
    connection: Connection, app: RunningApplication, caller: Caller, rows: Mapping[str, Row],
    deletions: Mapping[str, Mapping[str, str]],
) -> None:  # fmt: skip
    """Log that records go, with what they hold, and the many-to-many links that go with them, which are still there.

    Parameters
    ----------
    deletions
        For records that do not go alone, the deletion they belong to and what that was about; see `deletions_of`.
    """
    logged = []
    for row in rows.values():
        entity = app.model.entities_by_key.get(row[5])
        mode = audit_mode(entity) if entity is not None else "values"
        if mode != "off":
            grave = codec.dumps({"version": row[2], "created_at": row[3], **deletions.get(row[0], {})})
            logged.append((row[5], row[0], row[4], row[1] if mode == "values" else None, grave))
    if not logged:
        return
    by = (app.id, caller.name, ",".join(caller.roles), caller.protocol, caller.request_id)
    await connection.execute(Q.audit_deletes, *by, *([item[place] for item in logged] for place in range(5)))
    links = await _links(connection, app, rows)
    unlinked = [(*item[:3], codec.dumps(links[item[1]])) for item in logged if item[3] is not None and item[1] in links]
    if unlinked:
        await connection.execute(Q.audit_unlinked, *by, *([item[place] for item in unlinked] for place in range(4)))


def deletions_of(roots: Mapping[str, str], deletion: str | None) -> dict[str, dict[str, str]]:
    """Name the deletion that each of these records belongs to, if it does not go alone: what went along has a `root`.

    Parameters
    ----------
    roots
        For each record the one whose deletion it belongs to, which may be itself.
    deletion
        The job that all of it is a part of.
    """
    sizes = Counter(roots.values())
    names = {root: deletion or new_id() for root, size in sizes.items() if size > 1 or deletion is not None}
    return {
        one: {"deletion": names[root]} if one == root else {"deletion": names[root], "root": root}
        for one, root in roots.items()
        if root in names
    }


async def _links(
    connection: Connection, app: RunningApplication, rows: Mapping[str, Row]
) -> dict[str, dict[str, list[str]]]:
    """Return the many-to-many links of records, seen from each, as their ends are logged."""
    names = {app.model.entities_by_key[row[5]].name for row in rows.values() if row[5] in app.model.entities_by_key}
    ends = {(end.link_key, end.backward): end for name in names for end in ends_of(app.model)[name] if end.many_to_many}
    keys = sorted({link_key for link_key, _ in ends})
    found: dict[str, dict[str, dict[str, None]]] = {}
    for link in await connection.fetch(Q.restricting_links, app.id, sorted(rows), keys) if keys else ():
        sides = ((False, link["source_id"], link["target_id"]), (True, link["target_id"], link["source_id"]))
        for backward, own, other in sides:
            end = ends.get((link["link_key"], backward))
            if own in rows and end is not None:
                found.setdefault(own, {}).setdefault(end.log_key, {})[other] = None
    return {own: {key: list(others) for key, others in by_end.items()} for own, by_end in found.items()}
