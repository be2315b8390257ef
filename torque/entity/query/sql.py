"""Say a plan in SQL: text and arguments, pure. Values travel as arguments, names only as storage keys of the model.

Every statement names one application, as `$1`. Text compares by code point (`COLLATE "C"`), except that text
sorts and is searched by its lower case in the database's own collation. Numbers and booleans compare as jsonb,
which never fails on a value of another type that an older model left behind.
"""

from typing import Any

import msgspec

from torque import codec
from torque.entity.query.along_sql import along, among_missing, before_missing, filtered
from torque.entity.query.links_sql import behind, exists, joined, literal
from torque.entity.query.order_sql import beyond, ordered
from torque.entity.query.search_sql import in_order, newest, search_of, sides, some, vector
from torque.entity.query.search_sql import query as words
from torque.entity.types import (
    HELD,
    WORDS,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Exists,
    Expansion,
    Linked,
    ListPlan,
    Not,
    OrderKey,
    Search,
    ValueRef,
)

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

_SYMBOLS = {"eq": "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_CASTS = {"time": "::text::timestamptz", "version": "::text::bigint", "id": "::uuid"}


class Statement(msgspec.Struct, frozen=True):
    """SQL text with its arguments."""

    text: str
    args: tuple[Any, ...]


class Writer:
    """Collects arguments while conditions and expressions are written down.

    Parameters
    ----------
    collation
        The collation that text sorts by.
    indexed
        Storage keys of the type asked for whose equality an index of its own answers, as an expression; that of
        others is asked by containment. None for a type without such indexes.
    """

    def __init__(self, application_id: str, collation: str, indexed: frozenset[str] | None = None) -> None:
        self.args: list[Any] = [application_id]
        self.indexed = indexed
        self._collation = '"' + collation.replace('"', '""') + '"'
        self._aliases = 0

    def argument(self, value: Any) -> str:
        """Add an argument and return its placeholder."""
        self.args.append(value)
        return f"${len(self.args)}"

    def records_of(self, key: str) -> str:
        """Write the condition on the records of a type. One with indexes of its own is named by constants."""
        if self.indexed is None:
            return f"e.application_id = $1 AND e.entity_type = {self.argument(key)}"
        application = literal(self.args[0])
        return f"e.application_id = {application}::uuid AND e.entity_type = {literal(key)} AND $1::uuid IS NOT NULL"

    def is_indexed(self, order: tuple[OrderKey, ...]) -> bool:
        """Tell whether all that an order compares is in indexes of the type's own."""
        own = all(key.link is None and (key.ref.column or key.ref.key in (self.indexed or ())) for key in order)
        return self.indexed is not None and own

    def has_words(self, search: Search | None) -> bool:
        """Tell whether an index of words answers a search."""
        return search is not None and search.complete and self.indexed is not None and WORDS in self.indexed

    def inner(self) -> str:
        """Return an alias that the statement does not have yet."""
        self._aliases += 1
        return f"r{self._aliases}"

    def condition(self, condition: Condition, alias: str) -> str:
        """Write a condition on the row of that alias; it is true, false or null, and null counts as false."""
        if isinstance(condition, AllOf):
            return "(" + (" AND ".join(self.condition(part, alias) for part in condition.parts) or "true") + ")"
        if isinstance(condition, AnyOf):
            return "(" + (" OR ".join(self.condition(part, alias) for part in condition.parts) or "false") + ")"
        if isinstance(condition, Not):
            return f"({self.condition(condition.part, alias)} IS NOT TRUE)"
        if isinstance(condition, Exists):
            return exists(self, condition, alias)
        if isinstance(condition, Search):
            return self._search(condition, alias)
        if isinstance(condition, Linked):
            return f"{alias}.id IN ({self._ends(condition)})"
        return self._compare(condition, alias)

    def _search(self, search: Search, alias: str) -> str:
        """Write a search: by the index of words where there is one, else wherever in a text a word occurs."""
        if alias == "e" and self.has_words(search):
            return f"{vector(search, alias)} @@ {words(search, self.argument)}"
        refs = [ValueRef("text", key) for key in search.keys]
        found = [AnyOf(tuple(Compare(ref, "contains", word) for ref in refs)) for word in search.words]
        return self.condition(AllOf(tuple(found)), alias)

    def _ends(self, linked: Linked) -> str:
        here, there = ("source_id", "target_id") if linked.forward else ("target_id", "source_id")
        return (
            f"SELECT l.{there} FROM entity_relationships l WHERE l.application_id = $1 "
            f"AND l.{here} = {self.argument(linked.record_id)}::uuid AND l.link_key = {self.argument(linked.link_key)}"
        )

    def folded(self, text: str) -> str:
        """Write the lower case of a text in the sorting collation."""
        return f"lower({text} COLLATE {self._collation})"

    def sort(self, key: OrderKey, alias: str) -> str:
        """Write the expression an order key sorts and seeks by."""
        if key.search is not None:
            return f"ts_rank({vector(key.search, alias)}, {words(key.search, self.argument)}, 1)"
        if key.link is not None:
            inner = self.inner()
            return f"(SELECT {self._sortable(key.ref, inner)} {behind(self, key.link, alias, inner)})"
        return self._sortable(key.ref, alias)

    def placed(self, key: OrderKey) -> tuple[str, str]:
        """Write the expression of an order key of the records `e`, and what has to be joined to them for it.

        Joined, the database looks up once what many records refer to.
        """
        if key.link is None:
            return self.sort(key, "e"), ""
        inner = self.inner()
        return self._sortable(key.ref, inner), joined(self, key.link, "e", inner)

    def constant(self, ref: ValueRef, text: str) -> str:
        """Write the value of a cursor as its order key sees it."""
        placeholder = self.argument(text)
        if ref.kind == "rank":
            return f"{placeholder}::text::real"
        if ref.column:
            return placeholder + _CASTS[ref.kind]
        if ref.kind == "text":
            return f"{placeholder}::text COLLATE {self._collation}"
        return f'{placeholder}::text COLLATE "C"' if ref.kind == "plain" else f"{placeholder}::text::jsonb"

    def _sortable(self, ref: ValueRef, alias: str) -> str:
        if ref.column:
            return f"{alias}.{ref.key}"
        if ref.kind == "text":
            return f"left({self.folded(f'({alias}.data->>{literal(ref.key)})')}, {HELD})"
        return self.value(ref, alias)

    def held(self, ref: ValueRef, alias: str) -> str:
        """Write a value as indexes hold it for comparison: of text the beginning."""
        if ref.kind == "text":
            return f'left({alias}.data->>{literal(ref.key)}, {HELD}) COLLATE "C"'
        return self.value(ref, alias)

    def value(self, ref: ValueRef, alias: str) -> str:
        """Write a value: text in code point order, or jsonb, or a column."""
        if ref.column:
            return f"{alias}.{ref.key}"
        if ref.kind in ("text", "plain"):
            return f'({alias}.data->>{literal(ref.key)}) COLLATE "C"'
        return f"({alias}.data->{literal(ref.key)})"

    def _compare(self, compare: Compare, alias: str) -> str:
        ref, op, value = compare.ref, compare.op, compare.value
        if op == "missing":
            return "false" if ref.column else f"(({alias}.data->{literal(ref.key)}) IS NULL)"
        if op == "in":
            return self._among(ref, value, alias)
        if op in ("contains", "starts_with", "ends_with"):
            return self._part(ref, op, value, alias)
        if ref.column:
            return f"{alias}.{ref.key} {_SYMBOLS[op]} {self.argument(value)}{_CASTS[ref.kind]}"
        expressed = self._is_held(ref, [value], alias)
        if op == "eq" and ref.kind not in ("array", "json") and not expressed:
            return f"{alias}.data @> {self.argument(_object(ref, value))}::jsonb"
        if ref.kind in ("text", "plain"):
            text = self.held(ref, alias) if expressed else self.value(ref, alias)
            return f"{text} {_SYMBOLS[op]} {self.argument(value)}::text"
        return f"{self.value(ref, alias)} {_SYMBOLS[op]} {self.argument(value)}::text::jsonb"

    def _is_held(self, ref: ValueRef, values: list[str], alias: str) -> bool:
        """Tell whether an index of the type answers a comparison with these values."""
        return alias == "e" and self.indexed is not None and ref.key in self.indexed and ref.is_held(values)

    def _among(self, ref: ValueRef, values: list[str], alias: str) -> str:
        if ref.kind in ("time", "version"):
            kind = "timestamptz" if ref.kind == "time" else "bigint"
            return f"{alias}.{ref.key} = ANY({self.argument(values)}::text[]::{kind}[])"
        if ref.kind == "id":
            return f"{alias}.id = ANY({self.argument(values)}::uuid[])"
        kind = "text[]" if ref.kind in ("text", "plain") else "text[]::jsonb[]"
        value = self.held(ref, alias) if self._is_held(ref, values, alias) else self.value(ref, alias)
        return f"{value} = ANY({self.argument(values)}::{kind})"

    def _part(self, ref: ValueRef, op: str, value: str, alias: str) -> str:
        if ref.kind == "array":
            wanted = b"{" + codec.dumps(ref.key) + b":[" + value.encode() + b"]}"
            within = f"{alias}.data @> {self.argument(wanted)}::jsonb"
            if value[0] not in "[{":
                return within
            # Objects and lists contain what is a part of them; an element has to be the same.
            elements = f"jsonb_path_query({self.value(ref, alias)}, '$[*]') x"
            return f"({within} AND EXISTS (SELECT 1 FROM {elements} WHERE x = {self.argument(value)}::text::jsonb))"
        escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        pattern = {"contains": f"%{escaped}%", "starts_with": f"{escaped}%", "ends_with": f"%{escaped}"}[op]
        text = self.folded(f"({alias}.data->>{literal(ref.key)})")
        return f"{text} LIKE {self.folded(self.argument(pattern) + '::text')}"


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


def _shown(writer: Writer, plan: ListPlan, missing: bool) -> str:
    """Write the records of a page, each with the values of its order."""
    expressions, joins = [], ""
    for key in plan.order:
        expression, join = writer.placed(key)
        expressions.append(expression)
        joins += join
    by = ordered(plan, expressions)
    chosen = "".join(f", {expression} AS o{i}" for i, expression in enumerate(expressions))
    page = f" LIMIT {plan.limit + 1}" + (f" OFFSET {plan.page * plan.limit}" if plan.page else "")
    after = f" AND {expressions[0]} IS NULL" if missing else f" AND {_beyond(writer, plan, expressions)}"
    if missing and plan.page:
        page = f" LIMIT {plan.limit + 1} OFFSET {before_missing(writer, plan)}"
    search = search_of(plan.condition)
    if search is None or not writer.has_words(search) or not (plan.order[0].search or writer.is_indexed(plan.order)):
        found = f"SELECT e.*{chosen} FROM entities e{joins} WHERE {_where(writer, plan)}{after} ORDER BY {by}"
        if writer.indexed is None or len(plan.order) > 1 or plan.order[0].link is None:
            return found + page
        if plan.looks_along and not missing:
            return filtered(writer, plan, f"{found} LIMIT {plan.limit + 1 + plan.page * plan.limit}")
        if not plan.page:
            fits = f"{expressions[0]} IS NULL AND {_where(writer, plan)}"
            return among_missing(writer, plan, joins, fits, chosen, found + page)
        return found + page
    if plan.order[0].search is not None:
        source = newest(writer.records_of(plan.entity.key), _where(writer, plan))
        return f"SELECT e.*{chosen} FROM {source} WHERE true{after} ORDER BY {by}{page}"
    orders = by, ordered(plan, [f"e.o{i}" for i in range(len(expressions))])
    records, found = writer.records_of(plan.entity.key), writer.condition(search, "e")
    along, rest = (writer.condition(side, "e") for side in sides(plan.condition, plan.order[0], writer.indexed))
    together, last = (records, f"{records}{after} AND {along}"), plan.limit + 1 + plan.page * plan.limit
    return in_order(chosen, together, f" AND {rest}", found, orders, last, page)


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
    where = _where(writer, plan)
    if writer.has_words(search_of(plan.condition)):
        return f"SELECT count(*) FROM {some(writer.records_of(plan.entity.key), where, COUNTED_TO + 1)}"
    text = f"SELECT 1 FROM entities e WHERE {where}"
    if writer.is_indexed(plan.order):
        # In the order of the page, for the planner takes the page's index: it has no statistics of partial indexes on
        # expressions, believes that few records match, and would read all of them to count to the bound.
        text += f" ORDER BY {ordered(plan, [writer.sort(key, 'e') for key in plan.order])}"
    return f"SELECT count(*) FROM ({text} LIMIT {COUNTED_TO + 1}) c"


def _beyond(writer: Writer, plan: ListPlan, expressions: list[str]) -> str:
    """Write what lies beyond the cursor of a plan."""
    if plan.seek is None:
        return "true"
    at = zip(plan.order, plan.seek.values, strict=True)
    places = [None if value is None else writer.constant(key.ref, value) for key, value in at]
    return beyond(plan, plan.seek.backward, expressions, places, f"{writer.argument(plan.seek.id)}::uuid")


def _object(ref: ValueRef, value: str) -> bytes:
    """Return the smallest object that holds a value, for containment, which the GIN index answers."""
    inner = codec.dumps(value) if ref.kind in ("text", "plain") else value.encode()
    return b"{" + codec.dumps(ref.key) + b":" + inner + b"}"
