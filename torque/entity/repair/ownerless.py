"""Records of applications that are gone: told by the check of all applications, and removed when it puts things right.

A server removes by itself what requests let in while their application was deleted. What a restore that was interrupted
or SQL by hand left behind has nothing that a server looks at, but takes room, and would be in every scan of its part
of the database.
"""

from pathlib import Path

from torque.application.store import ApplicationStore
from torque.db.pool import Database
from torque.db.queries import load_queries
from torque.entity.repair.service import Finding, Health

Q = load_queries(Path(__file__).with_name("repair.sql"))


async def check_ownerless(db: Database, *, dry: bool) -> dict[str, Health]:
    """Return what is left of applications that are gone, by their ids; remove it unless `dry`.

    Raises
    ------
    Unavailable
        When somebody writes records for so long that it is not certain whose they are.
    """
    store, found = ApplicationStore(db), {}
    for row in await db.fetch(Q.ownerless):
        left = (await db.fetch(Q.left_of, row["id"]))[0]
        if not dry:
            await store.sweep(row["id"])
        detail = f"{left['records']} records, {left['links']} links, {left['keys']} unique values"
        finding = Finding(kind="application gone", entity="", id=row["id"], detail=detail, repaired=not dry)
        counted: dict[str, int] = {finding.kind: 1}
        found[row["id"]] = Health(
            records=left["records"], found=counted, repaired={} if dry else counted, findings=[finding]
        )
    return found
