"""Say a plan in SQL: text and arguments, pure. Values travel as arguments, names only as storage keys of the model.

Every statement names one application, as `$1`.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from torque.entity.query.along_sql import along, among_missing, before_missing, filtered
from torque.entity.query.links_sql import literal
from torque.entity.query.narrow_sql import counted, dense, is_settled, narrow
from torque.entity.query.order_sql import beyond, ordered
from torque.entity.query.search_sql import in_order, newest, over_links, search_of, sides, some
from torque.entity.query.writer import Writer as Writer
from torque.entity.types import AllOf, Condition, Expansion, ListPlan

COUNTED_TO = 1000
"""A total that has to be counted is counted to here, then it is an estimate."""

LINKS_SHOWN = 100
"""How many linked records of each row an expansion follows."""
LINKED_PREFIX = "~"
"""Starts the keys that linked ids travel under, which no storage key does."""

TIME = """to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
ROW = (
    f"e.id, e.data, e.version, {TIME.format('e.created_at')} AS created_at, "
    f"{TIME.format('e.updated_at')} AS updated_at, e.entity_type"
)
"""The columns of a row in the order that splicing reads them by."""


class Statement(msgspec.Struct, frozen=True):
    """SQL text with its arguments."""

    text: str
    args: tuple[Any, ...]


def select_list(
    plan: ListPlan, application_id: str, collation: str, *, total: bool, indexed: frozenset[str] | None = None,
    missing: bool = False, whole: bool = False,
) -> Statement:  # fmt: skip
    """Write the statement of a list: rows, then the order's values of each for cursors, then what expansions need.

    One row more than asked for tells whether there are more. With `total` each row carries the count. Of a plan in
    sections it is that with values, or in which they are `missing`, or the `whole` from the first page on. What is
    not shown is never made into an answer.
    """
    writer = Writer(application_id, collation, indexed)
    shown = along(writer, plan) if plan.goes_along and not (missing or whole) else _shown(writer, plan, missing)
    expressions = [f"e.o{i}" for i in range(len(plan.order))]
    targets = [_targets(writer, expansion) for expansion in plan.expansions]
    columns = [_row_with(plan.expansions, targets)]
    columns += [f"{expression}::text AS s{i}" for i, expression in enumerate(expressions)]
    columns += [f"{target} AS x{i}" for i, target in enumerate(targets)]
    if total:
        columns.append(f"({_count(writer, plan)}) AS total")
    order = ordered(plan, expressions)
    return Statement(f"SELECT {', '.join(columns)} FROM ({shown}) e ORDER BY {order}", tuple(writer.args))


class _Said(msgspec.Struct, frozen=True):
    """Parts of a page: the values of its order, and the columns, joins and conditions that make them; where it ends.

    What is found `near` is few.
    """

    expressions: list[str]
    chosen: str
    joins: str
    near: str
    after: str
    page: str


def _shown(writer: Writer, plan: ListPlan, missing: bool) -> str:
    """Write the records of a page, each with the values of its order."""
    placed = [writer.placed(key) for key in plan.order]
    expressions, joins, near = [one[0] for one in placed], "".join(o[1] for o in placed), "".join(o[2] for o in placed)
    chosen = "".join(f", {expression} AS o{i}" for i, expression in enumerate(expressions))
    page = f" LIMIT {plan.limit + 1}" + (f" OFFSET {plan.page * plan.limit}" if plan.page else "")
    after = f" AND {expressions[0]} IS NULL" if missing else f" AND {_beyond(writer, plan, expressions)}"
    if missing and plan.page:
        page = f" LIMIT {plan.limit + 1} OFFSET {before_missing(writer, plan)}"
    said = _Said(expressions, chosen, joins, near, after, page)
    few = narrow(writer, plan, near)
    found = _found(writer, plan, said, missing)
    if few is None:
        return found
    first = f"SELECT e.*{chosen} {few.source}{after} ORDER BY {ordered(plan, expressions)}{page}"
    return f"{few.tables} SELECT * FROM (({first}) UNION ALL SELECT * FROM ({found}) e WHERE NOT {few.few}) e"


def _found(writer: Writer, plan: ListPlan, said: _Said, missing: bool) -> str:
    """Write the records of a page, found among all of the type."""
    search, by = search_of(plan.condition), ordered(plan, said.expressions)
    if search is not None and writer.has_words(search) and plan.order[0].search is not None:
        source = newest(writer.records_of(plan.entity.key), _where(writer, plan))
        return f"SELECT e.*{said.chosen} FROM {source} WHERE true{said.after} ORDER BY {by}{said.page}"
    asked = [search] if search is not None and writer.has_words(search) else _unsure(writer, plan)
    if asked and writer.is_indexed(plan.order):
        return _sparse(writer, plan, said, asked, search is None)
    found = (
        f"SELECT e.*{said.chosen} FROM entities e{said.joins} WHERE {_where(writer, plan)}{said.after} ORDER BY {by}"
    )
    if writer.indexed is None or len(plan.order) > 1 or plan.order[0].link is None:
        return found + said.page
    if plan.looks_along and not missing:
        return filtered(writer, plan, f"{found} LIMIT {plan.limit + 1 + plan.page * plan.limit}")
    if plan.page:
        return found + said.page
    fits = f"{said.expressions[0]} IS NULL AND {_where(writer, plan)}"
    return among_missing(writer, plan, said.near, fits, said.chosen, found + said.page)


def _unsure(writer: Writer, plan: ListPlan) -> list[Condition]:
    """Return what is asked of records behind links where nobody knows how many have it."""
    return [] if is_settled(plan.condition, writer.indexed) else over_links(plan.condition)


def _sparse(writer: Writer, plan: ListPlan, said: _Said, asked: Sequence[Condition], known: bool) -> str:
    """Write the records of a page in an order that an index has, of which nobody knows how many are asked for.

    Those that are not found along the order are found as the planner likes if they are somehow `known` to it.
    """
    orders = ordered(plan, said.expressions), ordered(plan, [f"e.o{i}" for i in range(len(said.expressions))])
    records, found = writer.records_of(plan.entity.key), writer.condition(AllOf(tuple(asked)), "e")
    along, rest = (writer.condition(side, "e") for side in sides(plan.condition, asked, plan.order[0], writer.indexed))
    together, last = (records, f"{records}{said.after} AND {along}"), plan.limit + 1 + plan.page * plan.limit
    others = f"SELECT e.*{said.chosen} FROM entities e WHERE {together[1]} AND {found} AND {rest} ORDER BY {orders[0]}"
    others = f"{others} LIMIT {last}" if known else ""
    return in_order(said.chosen, together, f" AND {rest}", found, orders, last, said.page, others)


def _targets(writer: Writer, expansion: Expansion) -> str:
    """Write the id or the ids that an expansion follows, as JSON; of links the first so many that may be seen."""
    if expansion.link is None:
        return f"e.data->{literal(expansion.field.key if expansion.field else '')}"
    (key, backward), seen = expansion.link, ""
    here, there = ("target_id", "source_id") if backward else ("source_id", "target_id")
    if expansion.condition is not None:
        inner = writer.inner()
        seen = (
            f"AND EXISTS (SELECT 1 FROM entities {inner} WHERE {inner}.application_id = $1 "
            f"AND {inner}.id = l.{there} AND {writer.condition(expansion.condition, inner)}) "
        )
    links = (
        f"SELECT l.{there} AS id, l.position FROM entity_relationships l WHERE l.application_id = $1 "
        f"AND l.{here} = e.id AND l.link_key = {writer.argument(key)} {seen}"
        f"ORDER BY l.position, l.{there} LIMIT {LINKS_SHOWN}"
    )
    return f"(SELECT coalesce(jsonb_agg(l.id ORDER BY l.position, l.id), '[]') FROM ({links}) l)"


def _row_with(expansions: tuple[Expansion, ...], targets: list[str]) -> str:
    """Write the columns of a row; linked ids join its data under a key that no field has."""
    linked = [
        f"{literal(LINKED_PREFIX + x.name)}, {target}" for x, target in zip(expansions, targets, strict=True) if x.link
    ]
    if not linked:
        return ROW
    return ROW.replace("e.data", f"e.data || jsonb_build_object({', '.join(linked)}) AS data", 1)


def select_linked(expansions: tuple[Expansion, ...], application_id: str, collation: str, record_id: str) -> Statement:
    """Write the statement that fetches what expansions of one record follow."""
    writer = Writer(application_id, collation)
    columns = ", ".join(f"{_targets(writer, x)} AS x{i}" for i, x in enumerate(expansions))
    where = f"e.application_id = $1 AND e.id = {writer.argument(record_id)}::uuid"
    return Statement(f"SELECT {columns} FROM entities e WHERE {where}", tuple(writer.args))


def select_ids(plan: ListPlan, application_id: str, collation: str, limit: int) -> Statement:
    """Write the statement that fetches ids and versions of all records of a list, up to a bound."""
    writer = Writer(application_id, collation)
    where = _where(writer, plan)
    text = f"SELECT e.id, e.version FROM entities e WHERE {where} ORDER BY e.id LIMIT {limit}"
    return Statement(text, tuple(writer.args))


def select_total(
    plan: ListPlan, application_id: str, collation: str, indexed: frozenset[str] | None = None
) -> Statement:
    """Write the statement that counts a list."""
    writer = Writer(application_id, collation, indexed)
    return Statement(f"SELECT ({_count(writer, plan)}) AS total", tuple(writer.args))


def select_expanded(expansion: Expansion, application_id: str, collation: str, ids: list[str]) -> Statement:
    """Write the statement that fetches the records behind one reference."""
    writer = Writer(application_id, collation)
    where = (
        f"e.application_id = $1 AND e.entity_type || '' = {writer.argument(expansion.target.key)} "
        f"AND e.id = ANY({writer.argument(ids)}::uuid[])"
    )
    if expansion.condition is not None:
        where += f" AND {writer.condition(expansion.condition, 'e')}"
    return Statement(f"SELECT {ROW} FROM entities e WHERE {where}", tuple(writer.args))


def _where(writer: Writer, plan: ListPlan) -> str:
    condition = f" AND {writer.condition(plan.condition, 'e')}" if plan.condition is not None else ""
    return writer.records_of(plan.entity.key) + condition


def _count(writer: Writer, plan: ListPlan) -> str:
    """Write the total: exact from the kept counts when every record counts, else counted up to a bound."""
    if plan.condition is None:
        return (
            "SELECT coalesce(sum(n), 0)::bigint FROM entity_counts c "
            f"WHERE c.application_id = $1 AND c.entity_type = {writer.argument(plan.entity.key)}"
        )
    few = narrow(writer, plan, count=True)
    others = _count_all(writer, plan)
    return others if few is None else counted(few, others, COUNTED_TO + 1)


def _count_all(writer: Writer, plan: ListPlan) -> str:
    """Write the total of records that fit, counted up to a bound."""
    where = _where(writer, plan)
    if writer.has_words(search_of(plan.condition)):
        return f"SELECT count(*) FROM {some(writer.records_of(plan.entity.key), where, COUNTED_TO + 1)}"
    by = ""
    if writer.is_indexed(plan.order):
        # In the order of the page, for the planner takes the page's index: it has no statistics of partial indexes on
        # expressions, believes that few records match, and would read all of them to count to the bound.
        by = f" ORDER BY {ordered(plan, [writer.sort(key, 'e') for key in plan.order])}"
    others = f"SELECT count(*) FROM (SELECT 1 FROM entities e WHERE {where}{by} LIMIT {COUNTED_TO + 1}) c"
    if writer.indexed is None or not _unsure(writer, plan):
        return others
    return dense(writer.records_of(plan.entity.key), where, others, COUNTED_TO + 1)


def _beyond(writer: Writer, plan: ListPlan, expressions: list[str]) -> str:
    """Write what lies beyond the cursor of a plan."""
    if plan.seek is None:
        return "true"
    at = zip(plan.order, plan.seek.values, strict=True)
    places = [None if value is None else writer.constant(key.ref, value) for key, value in at]
    return beyond(plan, plan.seek.backward, expressions, places, f"{writer.argument(plan.seek.id)}::uuid")
