"""Say full-text search in SQL: words by their beginnings, as written and by their stems in the model's language.

Both are in the vector, so that typing `the` finds Theodore, though it is a word that English leaves out, and `running`
finds who runs.
"""

from collections.abc import Callable, Sequence

from torque.entity.query.links_sql import steps
from torque.entity.types import AllOf, Compare, Condition, OrderKey, Search

CONFIGURATIONS = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian",
    "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
"""Languages that Postgres knows the stems of."""
RANKED_TO = 2_000
"""How many records that fit a search are ranked, the newest; a rank costs as much as reading ten records."""
SEARCHED = 100_000
"""How many characters of a record are words of a search; what Postgres makes of them takes at most a megabyte."""
_ASKED, _DENSE = 40, 16
"""How many of the newest records are asked whether they fit, and how many of them make it worth to go by time."""
_READ = 4
"""How many times as many records are read then as are wanted; further back may be fewer that fit."""
_SOME, _READ_IN_ORDER = 2, 40
"""The same of a list in an order of its own, whose pages are short."""
_RANGES = ("lt", "le", "gt", "ge")


def configuration(locale: str) -> str:
    """Return the text search configuration of a locale."""
    return CONFIGURATIONS.get(locale.replace("_", "-").split("-")[0].lower(), "simple")


def vector(search: Search, alias: str) -> str:
    """Write the words of a record, as written and as stems."""
    parts = [f"coalesce({alias}.data->>{_literal(key)}, '')" for key in search.keys]
    whole = " || ' ' || ".join(parts)
    text = f"left({whole}, {SEARCHED})"
    found = f"to_tsvector('simple', {text})"
    if search.configuration == "simple":
        return f"({found})"
    return f"({found} || to_tsvector({_literal(search.configuration)}, {text}))"


def query(search: Search, argument: Callable[[object], str]) -> str:
    """Write the query of all words; `argument` adds an argument and returns its placeholder."""
    words = []
    for word in search.words:
        quoted = word.replace("\\", "\\\\").replace("'", "''")
        placeholder = argument("'" + quoted + "':*") + "::text"
        written = f"to_tsquery('simple', {placeholder})"
        if search.configuration == "simple":
            words.append(written)
        else:
            words.append(f"({written} || to_tsquery({_literal(search.configuration)}, {placeholder}))")
    return "(" + " && ".join(words) + ")"


def newest(records: str, where: str) -> str:
    """Write the source of a ranked list of a large type: the newest records that fit.

    Parameters
    ----------
    records, where
        Conditions on the records of the type, and on those that fit.
    """
    order = "e.created_at + interval '0' DESC, e.id DESC"
    return _first(records, where, RANKED_TO, "SELECT e.* FROM entities e WHERE {} ORDER BY " + order)


def some(records: str, where: str, limit: int) -> str:
    """Write a source of so many records that fit a search of a large type, whichever; parameters as for `newest`."""
    # Apart, so that it is planned for all that fit: for some the planner would read records until it met them.
    found = "WITH found AS MATERIALIZED (SELECT e.* FROM entities e WHERE {}) SELECT * FROM found"
    return _first(records, where, limit, found)


def search_of(condition: Condition | None) -> Search | None:
    """Return the search that has to hold with all the rest."""
    return next((part for part in _parts(condition) if isinstance(part, Search)), None)


def sides(
    condition: Condition | None, asked: Sequence[Condition], key: OrderKey, indexed: frozenset[str] | None
) -> tuple[AllOf, AllOf]:
    """Return what an index in the order of a key has together, and what else has to hold besides what is asked."""

    def along(part: Condition) -> bool:
        if not isinstance(part, Compare):
            return False
        ranged = part.ref == key.ref and key.link is None and part.op in _RANGES and part.ref.kind != "text"
        return ranged or (part.op == "eq" and part.ref.key in (indexed or ()))

    parts = [part for part in _parts(condition) if not any(part is one for one in asked)]
    return AllOf(tuple(filter(along, parts))), AllOf(tuple(part for part in parts if not along(part)))


def over_links(condition: Condition | None) -> list[Condition]:
    """Return what has to hold of records behind links."""
    return [part for part in _parts(condition) if steps(part)]


def _parts(condition: Condition | None) -> list[Condition]:
    if isinstance(condition, AllOf):
        return [found for part in condition.parts for found in _parts(part)]
    return [] if condition is None else [condition]


def in_order(
    chosen: str, records: tuple[str, str], rest: str, found: str, by: tuple[str, str], limit: int, asked: str,
    others: str = "",
) -> str:  # fmt: skip
    """Write a list of a search of a large type, or over references, in an order that an index has.

    The planner cannot tell a rare word from one that all have, and reads the whole type in order to find a page of
    records with a rare one. So the newest few are asked how rare it is: what a fair part of them have is looked for
    along the order, but not far; what is not found there is looked for by whatever finds all that fit the soonest.
    Where all that the index has there were looked at, nothing more can be found.

    Parameters
    ----------
    chosen
        Columns of values to sort by.
    records
        Conditions on the records of the type, and on those of them that the index has together in the order.
    rest, found
        What else is asked for, and the words, or what is asked of records behind references.
    by
        The order as expressions of a record, and as these columns.
    limit
        How many records are read at most.
    asked
        What is added to the statement: the page.
    others
        All that fit, as far as they are shown, if the planner knows better how to find them.
    """
    newest_few = f"SELECT e.* FROM entities e WHERE {records[0]} ORDER BY e.created_at DESC, e.id DESC LIMIT {_ASKED}"
    along, far = f"{records[1]} AND (SELECT common FROM rarity)", limit * _READ_IN_ORDER
    select = f"SELECT e.*{chosen} FROM entities e WHERE"
    ended = f"(SELECT count(*) FROM (SELECT 1 FROM entities e WHERE {along} ORDER BY {by[0]} LIMIT {far}) e) < {far}"
    if not others:
        others = f"{select} {records[1]}{rest} AND {found} AND NOT (SELECT whole FROM reach) OFFSET 0"
    return (
        f"WITH rarity AS MATERIALIZED (SELECT count(*) >= {_SOME} AS common FROM ({newest_few}) e WHERE {found}), "
        f"near AS MATERIALIZED (SELECT * FROM ({select} {along} ORDER BY {by[0]} LIMIT {far}) e WHERE {found}{rest} "
        f"ORDER BY {by[1]} LIMIT {limit}), "
        f"reach AS MATERIALIZED (SELECT CASE WHEN (SELECT count(*) FROM near) = {limit} THEN true "
        f"WHEN (SELECT common FROM rarity) THEN {ended} ELSE false END AS whole) "
        "SELECT * FROM (SELECT * FROM near WHERE (SELECT whole FROM reach) UNION ALL "
        f"SELECT * FROM ({others}) e WHERE NOT (SELECT whole FROM reach)) e "
        f"ORDER BY {by[1]}{asked}"
    )


def _first(records: str, where: str, limit: int, others: str) -> str:
    """Write a source of the first records that fit: in the order of time where many do, else by the index of words.

    That index finds all that fit before the first is read, which takes a second of a word that a million records have;
    so the newest few are asked whether such a search is one of these. The order of those that it finds is by an
    expression, so that no index has it: in the order of one the planner would look at every record of the type to find
    the few that fit a rare word.
    """
    newest_first = "ORDER BY e.created_at DESC, e.id DESC"
    asked = f"SELECT e.* FROM entities e WHERE {records} {newest_first} LIMIT {_ASKED}"
    dense = f"(SELECT count(*) FROM ({asked}) e WHERE {where}) >= {_DENSE}"
    read = f"SELECT e.* FROM entities e WHERE {records} AND {dense} {newest_first} LIMIT {limit * _READ}"
    rest = others.replace("{}", f"{where} AND (SELECT count(*) FROM near) < {limit}")
    return (
        f"(WITH near AS MATERIALIZED (SELECT e.* FROM ({read}) e WHERE {where} {newest_first} LIMIT {limit}) "
        f"SELECT * FROM near WHERE (SELECT count(*) FROM near) = {limit} UNION ALL "
        f"({rest} LIMIT {limit})) e"
    )


def _literal(key: str) -> str:
    return "'" + key.replace("'", "''") + "'"
