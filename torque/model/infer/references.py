"""Which columns refer to other tables: what their names say, as far as their values bear it out. Pure."""

from collections.abc import Iterator, Mapping, Sequence, Set

import msgspec

from torque.model.infer.names import (
    MEASURES,
    PEOPLE_TABLES,
    PEOPLE_WORDS,
    SELF_WORDS,
    STRONG_KEYS,
    stem,
    table_stem,
)
from torque.model.infer.profile import Column, TableProfile

CERTAIN = 80
"""From here the name alone says it, for a table without rows, or values too many to remember."""

_MOST = 0.5
"""Part of a key's values that a column must use, where little else speaks for it."""

_MIXED_KINDS = {"Decimal": "Integer"}


class Target(msgspec.Struct, frozen=True):
    """A column that others may refer to."""

    table: TableProfile
    column: Column
    primary: bool


class Link(msgspec.Struct, frozen=True):
    """A column that refers to another table's key."""

    column: Column
    target: Target
    score: int


def find_links(
    table: TableProfile, targets: Sequence[Target], key: Column | None, names: Set[tuple[str, ...]]
) -> tuple[Link, ...]:
    """Return the references of a table, each column's best.

    Parameters
    ----------
    names
        The words of all tables: a column that names one refers to no other.
    """
    links = []
    for column in table.columns:
        guess = stem(column.name) not in names
        found = max(_candidates(table, column, targets, key, guess), key=lambda link: link.score, default=None)
        if found is not None:
            links.append(found)
    return tuple(links)


def _candidates(
    table: TableProfile, column: Column, targets: Sequence[Target], key: Column | None, guess: bool
) -> Iterator[Link]:
    evidence = {id(target): _named(table, column, target) for target in targets}
    lonely = guess and not any(evidence.values())
    holders = [t for t in targets if _fits(column, t) and column.filled and column.within(t.column)] if lonely else []
    for target in targets:
        if target.column is column or (column is key and target.table is table):
            continue
        score = evidence[id(target)] or _guessed(column, target, holders)
        if column is key and score < CERTAIN:
            continue  # a key of its own
        if score and _borne_out(column, target, score):
            yield Link(column, target, score + (1 if target.primary else 0))


def _named(table: TableProfile, column: Column, target: Target) -> int:
    """Return how strongly the name of a column speaks for a target, 0 for not at all."""
    own, other = stem(column.name), table_stem(target.table.name)
    generic = len(target.column.words) == 1 or not target.column.key_name
    joined, wanted = "".join(own), "".join(other)
    if not own or not other:
        return 0  # a name without Latin letters says nothing here; the values may
    if target.table is table:
        return _of_itself(column, own, other)
    if not generic and column.words == target.column.words and target.primary:
        return 100
    if joined == wanted:
        return 95
    if len(other) < len(own) and own[-len(other) :] == other:
        return 80 + len(other)
    if not column.key_name and set(column.words) & MEASURES:
        return 0
    if len(own) < len(other) and other[-len(own) :] == own and column.key_name:
        return 60
    if set(column.words) & PEOPLE_WORDS and other[-1] in PEOPLE_TABLES and _key_like(column, target):
        return 58 - PEOPLE_TABLES.index(other[-1])
    if column.key_name and len(own) == 1 and len(own[0]) >= 3 and wanted.startswith(own[0]):
        return 50
    if len(own) > 1 and len(own[0]) >= 4 and wanted.startswith(own[0]) and _is_whole(column, target):
        return 45
    return 0


def _of_itself(column: Column, own: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Return how strongly a column speaks for its own table: parents, superiors, and what names the table again."""
    if set(column.words) & SELF_WORDS:
        return 85 if column.words[0] in ("parent", "reports") or "parent" in column.words else 70
    if len(other) < len(own) and own[-len(other) :] == other and column.key_name:
        return 75
    return 0


def _guessed(column: Column, target: Target, holders: Sequence[Target]) -> int:
    """Return what the values alone say: they all occur in one key only, and are no mere small numbers."""
    if [target] != list(holders) or not column.words or set(column.words) & MEASURES:
        return 0
    if column.kind == "String" and target.primary and column.distinct and column.distinct >= 3:
        return 30
    telling = column.kind != "Integer" or column.covers(target.column) >= _MOST
    return 20 if column.words[-1] in STRONG_KEYS and telling else 0


def _key_like(column: Column, target: Target) -> bool:
    return column.kind == target.column.kind and (column.kind == "Integer" or column.uuids or column.key_name)


def _is_whole(column: Column, target: Target) -> bool:
    """Tell whether a column uses at least half of a key: what a weak name needs besides."""
    return column.kind == target.column.kind and column.covers(target.column) >= _MOST


def _fits(column: Column, target: Target) -> bool:
    kind = _MIXED_KINDS.get(column.kind, column.kind)
    return not column.filled or kind == target.column.kind or not target.column.filled


def _borne_out(column: Column, target: Target, score: int) -> bool:
    """Tell whether the values do not speak against a target: none of them may be missing there."""
    if not column.filled:
        return score >= CERTAIN
    if not _fits(column, target) or not target.table.rows:
        return False
    if column.within(target.column):
        return True
    return score >= CERTAIN and target.column.distinct is None and target.column.unique


def cyclic(links: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the tables in the order to load them, what is referred to first; a circle is cut where it is smallest."""
    order: list[str] = []
    left = {name: {t for t in targets if t != name and t in links} for name, targets in links.items()}
    while left:
        ready = sorted(name for name, waits in left.items() if not waits - set(order))
        if not ready:
            ready = [min(left, key=lambda name: (len(left[name] - set(order)), name))]
        order += ready
        for name in ready:
            del left[name]
    return order
