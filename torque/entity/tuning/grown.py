"""Statistics for what grew at once.

A part of a table that was last looked at when it was empty is read as if it still were. The database looks again by
itself, but only after a while.
"""

from contextlib import suppress
from pathlib import Path

from torque.db.failures import DatabaseFailure
from torque.db.pool import Database
from torque.db.queries import load_queries
from torque.db.session import Session, StatementFailed, quoted
from torque.errors import TorqueError

Q = load_queries(Path(__file__).with_name("grown.sql"))
GROWN = 5_000
"""So many records read badly take longer than a look at them."""
_ANALYZE = "ANALYZE (SKIP_LOCKED) "
"""Whoever builds an index there looks as well."""


async def analyze_grown(db: Database, application_id: str, records: int) -> None:
    """Look at the parts that hold an application, after it got many records, if these are many for them.

    Parameters
    ----------
    records
        How many were written.
    """
    if records < GROWN:
        return
    with suppress(TorqueError, DatabaseFailure):  # a statement is only planned worse, and the database will look
        for row in await db.fetch(Q.of_application, application_id, records):
            await db.execute(_ANALYZE + quoted(row["leaf"]))


def keep_analyzed(session: Session) -> list[str]:
    """Look at all parts of which more was written since the last look than there was; return their names."""
    found = [str(leaf) for (leaf,) in session.rows(Q.of_all, GROWN)]
    for leaf in found:
        with suppress(StatementFailed):
            session.run(_ANALYZE + quoted(leaf))
    return found
