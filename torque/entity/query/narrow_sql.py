"""Say in SQL a list of few records that are found from what they are linked to.

The planner cannot tell what few have from what all have behind a reference. So the newest few of those referred to are
asked how rare it is. What hardly any of them has is looked for among all of them, and their links are followed back,
but not far: where there are many, the list is read as if this had not been tried, which takes some milliseconds.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from torque.entity.query.links_sql import Says, literal
from torque.entity.types import AllOf, Compare, Condition, Exists, ListPlan

TARGETS, SOURCES = 1_000, 2_000
"""How many records are few: of those referred to, and of those that refer to them."""
_ASKED, _SOME = 40, 2
"""How many of the newest records are asked, and how many of them make it common."""
_DENSE = 20
"""One of so many is often enough to count on the newest."""


class Finds(Says, Protocol):
    """What writes the rest of a statement."""

    indexed: frozenset[str] | None

    def records_of(self, key: str) -> str:
        """Write the condition on the records of a type."""


class Narrow(msgspec.Struct, frozen=True):
    """Few records, found from what they are linked to.

    Parameters
    ----------
    tables
        What has to stand before a statement that uses the others.
    source
        FROM and WHERE of the records `e`, none where they are not few.
    few
        Whether they are few.
    alone
        True when nothing else is asked of the records.
    """

    tables: str
    source: str
    few: str
    alone: bool


def narrow(writer: Finds, plan: ListPlan, joins: str = "", *, count: bool = False) -> Narrow | None:
    """Return how to find the records of a list from what they are linked to; None where that is not worth a look.

    Parameters
    ----------
    joins
        What else is joined to the records `e`.
    count
        Whether links of what is common are followed as well, as far as is counted.
    """
    parts = _parts(plan.condition)
    linked = [part for part in parts if isinstance(part, Exists)]
    if writer.indexed is None or not linked or is_settled(plan.condition, writer.indexed):
        return None
    best = next((part for part in linked if _sought(part)), linked[0])
    rest = AllOf(tuple(part for part in parts if part is not best))
    own = AllOf(tuple(part for part in rest.parts if not isinstance(part, Exists)))
    tables: list[str] = []
    records = writer.records_of(plan.entity.key)
    if own.parts:
        newest = f"SELECT e.* FROM entities e WHERE {records} ORDER BY e.created_at DESC, e.id DESC LIMIT {_ASKED}"
        asked = f"SELECT count(*) >= {_SOME} AS yes FROM ({newest}) e WHERE {writer.condition(own, 'e')}"
        tables.append(f"usual AS MATERIALIZED ({asked})")
    found = _Chain(writer, tables, "(SELECT yes FROM usual)" if own.parts else "true", count)
    last = found.sources(best, plan.entity.key)
    tables.append(f"few AS MATERIALIZED (SELECT {' AND '.join(found.checks)} AS yes)")
    looked_up = "SELECT e.* FROM entities e WHERE e.application_id = $1 AND e.id = s.id OFFSET 0"
    source = (
        f"FROM (SELECT DISTINCT id FROM {last}) s CROSS JOIN LATERAL ({looked_up}) e{joins} "
        f"WHERE (SELECT yes FROM few) AND e.entity_type = {literal(plan.entity.key)} AND {writer.condition(rest, 'e')}"
    )
    return Narrow("WITH " + ", ".join(tables), source, "(SELECT yes FROM few)", not rest.parts)


def is_settled(condition: Condition | None, indexed: frozenset[str] | None) -> bool:
    """Tell whether an index of the records themselves finds the few that a list is of, and nothing behind a link does.

    Then a statement that tries ways is only planned longer.
    """
    parts = _parts(condition)
    own = any(_singles_out(part) and part.ref.key in (indexed or ()) for part in parts if isinstance(part, Compare))
    return own and not any(_sought(part, _singles_out) for part in parts if isinstance(part, Exists))


def counted(found: Narrow, others: str, limit: int) -> str:
    """Write how many records there are, counted to a bound; `others` counts them otherwise."""
    enough = f"WHEN (SELECT count(DISTINCT id) FROM s0) >= {limit} THEN {limit} " if found.alone else ""
    few = f"SELECT count(*) FROM (SELECT 1 {found.source} LIMIT {limit}) c"
    return f"{found.tables} SELECT CASE WHEN {found.few} THEN ({few}) {enough}ELSE ({others}) END"


def dense(records: str, where: str, others: str, limit: int) -> str:
    """Write how many records there are, counted to a bound among the newest where many of these fit.

    Parameters
    ----------
    records, where
        Conditions on the records of the type, and on those that fit.
    others
        Counts them otherwise.
    """
    newest = f"SELECT e.* FROM entities e WHERE {records} {{}}ORDER BY e.created_at DESC, e.id DESC LIMIT"
    read = newest.format("AND (SELECT yes FROM many) ") + f" {limit * _DENSE}"
    return (
        f"WITH many AS MATERIALIZED (SELECT count(*) >= {2 * _ASKED // _DENSE} AS yes "
        f"FROM ({newest.format('')} {_ASKED}) e WHERE {where}), "
        f"near AS MATERIALIZED (SELECT e.id FROM ({read}) e WHERE {where} LIMIT {limit}) "
        f"SELECT CASE WHEN (SELECT count(*) FROM near) = {limit} THEN {limit} ELSE ({others}) END"
    )


class _Chain:
    """Follows links back, from the last to the first, each step in tables of its own."""

    def __init__(self, writer: Finds, tables: list[str], gate: str, count: bool) -> None:
        self._writer = writer
        self._tables = tables
        self._gate = gate
        self._count = count
        self._steps = 0
        self.checks = [gate]

    def sources(self, condition: Exists, entity_key: str) -> str:
        """Add the tables of what is linked to those that fulfil a condition; return the name of the last."""
        at, link, inner = self._steps, condition.link, self._writer.inner()
        self._steps += 1
        records = f"{inner}.application_id = $1 AND {inner}.entity_type = {self._writer.argument(link.target_key)}"
        deeper = _deeper(condition)
        if deeper is not None:
            rest = AllOf(tuple(part for part in _parts(condition.part) if part is not deeper))
            before = self.sources(deeper, link.target_key)
            by_id = f"{inner}.application_id = $1 AND {inner}.id = s.id OFFSET 0"
            looked_up = f"SELECT {inner}.* FROM entities {inner} WHERE {by_id}"
            targets = (
                f"SELECT {inner}.id FROM (SELECT DISTINCT id FROM {before}) s CROSS JOIN LATERAL ({looked_up}) {inner} "
                f"WHERE {records} AND {self._writer.condition(rest, inner)} LIMIT {TARGETS + 1}"
            )
        else:
            targets = self._ends(condition, entity_key, records, inner, at)
        here, there = ("target_id", "source_id") if link.backward else ("source_id", "target_id")
        links = (
            f"SELECT l.{here} AS id FROM entity_relationships l WHERE l.application_id = $1 AND l.{there} = t.id "
            f"AND l.link_key = {self._writer.argument(link.link_key)} OFFSET 0"
        )
        self._tables.append(f"t{at} AS MATERIALIZED ({targets})")
        followed = f"SELECT l.id FROM t{at} t CROSS JOIN LATERAL ({links}) l LIMIT {SOURCES + 1}"
        self._tables.append(f"s{at} AS MATERIALIZED ({followed})")
        self.checks.append(f"(SELECT count(*) FROM t{at}) <= {TARGETS}")
        self.checks.append(f"(SELECT count(*) FROM s{at}) <= {SOURCES}")
        return f"s{at}"

    def _ends(self, condition: Exists, entity_key: str, records: str, inner: str, at: int) -> str:
        """Write the records at the far end that fulfil a condition."""
        newest_first = f"ORDER BY {inner}.created_at DESC, {inner}.id DESC"
        newest = f"SELECT {inner}.* FROM entities {inner} WHERE {records} {newest_first} LIMIT {_ASKED}"
        fits = self._writer.condition(condition.part, inner)
        rare = f"{self._gate} AND (SELECT count(*) FROM ({newest}) {inner} WHERE {fits}) < {_SOME}"
        if not _sought(condition):  # then all of them are looked at
            count = (
                "(SELECT coalesce(sum(n), 0) FROM entity_counts c WHERE c.application_id = $1 AND c.entity_type = {})"
            )
            there, here = (self._writer.argument(key) for key in (condition.link.target_key, entity_key))
            rare = f"{rare} AND {count.format(there)} <= {count.format(here)}"
        self._tables.append(f"r{at} AS MATERIALIZED (SELECT {rare} AS yes)")
        self.checks.append(f"(SELECT yes FROM r{at})")
        # Apart, so that it is planned for all that fit: for some the planner would read records until it met them.
        every = f"SELECT {inner}.id FROM entities {inner} WHERE {records} AND {fits} AND (SELECT yes FROM r{at})"
        self._tables.append(f"f{at} AS MATERIALIZED ({every})")
        targets = f"SELECT id FROM f{at} LIMIT {TARGETS + 1}"
        if not self._count or at:
            return targets
        near = f"SELECT {inner}.id FROM ({newest.removesuffix(str(_ASKED))}{TARGETS}) {inner} WHERE {fits}"
        return f"({targets}) UNION ALL SELECT id FROM ({near}) n WHERE NOT (SELECT yes FROM r{at})"


def _parts(condition: Condition | None) -> Sequence[Condition]:
    """Return what all has to hold."""
    if isinstance(condition, AllOf):
        return [found for part in condition.parts for found in _parts(part)]
    return [] if condition is None else [condition]


def _deeper(condition: Exists) -> Exists | None:
    """Return what leads on to the far end; None where the records themselves are that."""
    parts = _parts(condition.part)
    linked = [part for part in parts if isinstance(part, Exists)]
    if any(map(_found, parts)) or not linked:
        return None
    return next((part for part in linked if _sought(part)), linked[0])


def _sought(condition: Exists, finds: Callable[[Condition], bool] | None = None) -> bool:
    """Tell whether an index finds the records at the far end."""
    deeper = _deeper(condition)
    return any(map(finds or _found, _parts(condition.part))) if deeper is None else _sought(deeper, finds)


def _singles_out(part: Condition) -> bool:
    """Tell whether this is a value that hardly any record shares with another."""
    return isinstance(part, Compare) and part.op == "eq" and part.ref.kind in ("text", "number", "id")


def _found(part: Condition) -> bool:
    """Tell whether an index finds the records that fulfil this."""
    if not isinstance(part, Compare) or part.op not in ("eq", "in"):
        return False
    plain = part.op == "eq" and not part.ref.column and part.ref.kind not in ("array", "json")
    return part.ref.kind == "id" or plain
