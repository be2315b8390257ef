"""Statistics of the values that large types are filtered by.

The planner takes none from a partial index. Without any it believes that one record in two hundred has whatever value
is asked for, and reads half a type record by record through an index where a scan by several processes takes a third
of the time. They are of a whole part of the table, so of several types that share a key, which is near enough.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from torque.db.queries import load_queries
from torque.db.session import Session, StatementFailed, quoted
from torque.entity.query.writer import Writer
from torque.entity.tuning.indexing import IndexSpec

Q = load_queries(Path(__file__).with_name("indexes.sql"))
PREFIX = "tq_stat_"
PER_LEAF = 64
"""Most such values on one leaf; each is computed for every record of a sample when the leaf is analysed."""


def keep_statistics(session: Session, specs: Iterable[tuple[str, IndexSpec]]) -> set[str]:
    """Make the statistics that are missing and drop those that no index speaks of; return the leaves to analyse.

    Parameters
    ----------
    specs
        The indexes there should be, each with its leaf, the most wanted first.
    """
    wanted = _wanted(specs)
    standing = {str(name): str(leaf) for name, leaf in session.rows(Q.statistics, PREFIX + "%")}
    for name in standing.keys() - wanted.keys():
        session.run(f"DROP STATISTICS IF EXISTS {quoted(name)}")
    fresh = set()
    for name in wanted.keys() - standing.keys():
        leaf, expression = wanted[name]
        try:
            session.run(f"CREATE STATISTICS {quoted(name)} ON ({expression}) FROM {quoted(leaf)}")
        except StatementFailed:
            continue  # a statement is only planned worse; the next round tries again
        fresh.add(leaf)
    return fresh


def _wanted(specs: Iterable[tuple[str, IndexSpec]]) -> dict[str, tuple[str, str]]:
    """Return leaf and expression of each by its name."""
    wanted: dict[str, tuple[str, str]] = {}
    on_leaf: dict[str, int] = {}
    for leaf, spec in specs:
        writer = Writer(spec.application_id, "C")
        for ref in (*spec.equal, *(key.ref for key in spec.order)):
            expression = writer.held(ref, leaf)
            name = PREFIX + hashlib.blake2b(f"{leaf} {expression}".encode(), digest_size=12).hexdigest()
            if ref.column or name in wanted or on_leaf.get(leaf, 0) >= PER_LEAF:
                continue
            on_leaf[leaf] = on_leaf.get(leaf, 0) + 1
            wanted[name] = (leaf, expression)
    return wanted
