"""Say full-text search in SQL: words by their beginnings, as written and by their stems in the model's language.

Both are in the vector, so that typing `the` finds Theodore, though it is a word that English leaves out, and `running`
finds who runs.
"""

from collections.abc import Callable

from torque.entity.types import Search

CONFIGURATIONS = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian",
    "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
"""Languages that Postgres knows the stems of."""
RANKED_TO = 2_000
"""How many records that fit a search are ranked, the newest; a rank costs as much as reading ten records."""


def configuration(locale: str) -> str:
    """Return the text search configuration of a locale."""
    return CONFIGURATIONS.get(locale.replace("_", "-").split("-")[0].lower(), "simple")


def vector(search: Search, alias: str) -> str:
    """Write the words of a record, as written and as stems."""
    parts = [f"coalesce({alias}.data->>{_literal(key)}, '')" for key in search.keys]
    text = " || ' ' || ".join(parts)
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


def newest(where: str) -> str:
    """Write the source of a ranked list of a large type: the newest records that fit.

    The order is by an expression, so that no index has it: in the order of one the planner would look at every record
    of the type to find the few that fit a rare word.
    """
    order = "e.created_at + interval '0' DESC, e.id DESC"
    return f"(SELECT e.* FROM entities e WHERE {where} ORDER BY {order} LIMIT {RANKED_TO}) e"


def _literal(key: str) -> str:
    return "'" + key.replace("'", "''") + "'"
