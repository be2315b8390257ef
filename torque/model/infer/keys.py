"""Which columns identify the rows of a table: one by name and uniqueness, else the fewest that do together. Pure."""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

from torque.model.infer.names import STRONG_KEYS, stem, table_stem
from torque.model.infer.profile import Column, TableProfile

_KEY_KINDS = ("Integer", "String", "Decimal")
_LONGEST_KEY = 128
_MOST_PARTS = 3


def owners(tables: Sequence[TableProfile]) -> Mapping[tuple[str, ...], str]:
    """Return the table that each stem of a key column belongs to: ``("artist",)`` belongs to the table of artists."""
    return {table_stem(table.name): table.name for table in tables}


def single_key(table: TableProfile, owned: Mapping[tuple[str, ...], str]) -> Column | None:
    """Return the column that alone identifies the rows, if there is one.

    A column that is named like another table's key identifies rows only where nothing else could: it is a reference
    first, and two of them make a table of links.
    """
    foreign = [column for column in table.columns if _owner(column, owned) not in (None, table.name)]
    ranked = sorted(table.columns, key=lambda column: (-_rank(table, column), column.position))
    for column in ranked:
        if _rank(table, column) == 0 or not _can_be_key(table, column):
            continue
        if column in foreign and (len(foreign) > 1 or (table.rows == 0 and sum(c.key_name for c in table.columns) > 1)):
            continue
        return column
    return None


def composite_key(
    table: TableProfile, references: Sequence[str], is_unique: Callable[[Sequence[int]], bool]
) -> tuple[Column, ...]:
    """Return the fewest columns that identify the rows together, references first; nothing when none do."""
    linked = [column for column in table.columns if column.name in references and not column.empty]
    others = [c for c in table.columns if c.name not in references and not c.empty and (c.key_name or _counts(c))]
    if table.rows == 0:
        named = tuple(column for column in table.columns if column.key_name)
        return named if len(named) > 1 else ()
    for size in range(2, _MOST_PARTS + 1):
        for group in combinations([*linked, *others], size):
            if any(column in linked for column in group) and is_unique([column.position for column in group]):
                return tuple(sorted(group, key=lambda column: column.position))
    return ()


def other_keys(table: TableProfile, key: Column | None) -> tuple[Column, ...]:
    """Return further columns whose values occur once and that call themselves keys, such as the code of a country."""
    return tuple(
        column
        for column in table.columns
        if column is not key and column.key_name and table.rows > 1 and _can_be_key(table, column)
    )


def _rank(table: TableProfile, column: Column) -> int:
    """Return how much a column looks like the key, 0 for not at all."""
    last = column.words[-1] if column.words else ""
    own = stem(column.name) == table_stem(table.name)
    if column.words in (("id",), ("uuid",), ("guid",), ("pk",)) or (own and last in STRONG_KEYS):
        return 5
    if own and column.key_name:
        return 4
    if column.key_name and column.position == 0:
        return 3
    if column.position == 0 and (column.kind == "Integer" or len(table.columns) <= 3):
        return 2
    return 1 if column.key_name and last in STRONG_KEYS | {"code"} and column.position <= 1 else 0


def _can_be_key(table: TableProfile, column: Column) -> bool:
    if table.rows == 0:
        return column.key_name and column.position == 0
    return column.unique and column.kind in _KEY_KINDS and column.longest <= _LONGEST_KEY


def _owner(column: Column, owned: Mapping[tuple[str, ...], str]) -> str | None:
    return owned.get(stem(column.name)) if column.key_name else None


def _counts(column: Column) -> bool:
    """Tell whether a column may number the rows of a group, or date them."""
    return column.kind in ("Date", "DateTime") or (
        column.kind == "Integer" and bool({"line", "seq", "sequence", "position", "item", "index"} & set(column.words))
    )
