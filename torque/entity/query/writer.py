"""Write down conditions, values and orders in SQL, collecting the arguments.

Text compares by code point (`COLLATE "C"`), except that text sorts and is searched by its lower case in the
database's own collation. Numbers and booleans compare as jsonb, which never fails on a value of another type that an
older model left behind.
"""

from typing import Any

from torque import codec
from torque.entity.query.links_sql import behind, exists, joined, literal
from torque.entity.query.search_sql import query as words
from torque.entity.query.search_sql import vector
from torque.entity.types import (
    HELD,
    WORDS,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Exists,
    Linked,
    Not,
    OrderKey,
    Search,
    ValueRef,
)

_SYMBOLS = {"eq": "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_CASTS = {"time": "::text::timestamptz", "version": "::text::bigint", "id": "::uuid"}


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

    def placed(self, key: OrderKey) -> tuple[str, str, str]:
        """Write the expression of an order key of the records `e`, and what is joined to them, and to few, for it.

        Joined, the database looks up once what many records refer to.
        """
        if key.link is None:
            return self.sort(key, "e"), "", ""
        inner = self.inner()
        some, few = joined(self, key.link, "e", inner)
        return self._sortable(key.ref, inner), some if self.indexed is not None else few, few

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


def _object(ref: ValueRef, value: str) -> bytes:
    """Return the smallest object that holds a value, for containment, which the GIN index answers."""
    inner = codec.dumps(value) if ref.kind in ("text", "plain") else value.encode()
    return b"{" + codec.dumps(ref.key) + b":" + inner + b"}"
