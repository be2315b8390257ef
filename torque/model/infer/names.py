"""What names of tables and columns say: their words, their technical form, whether they name a key. Pure."""

import re

from torque.model.definition.base import FILTER_WORDS, RESERVED_FIELDS

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_LENGTH = 60

KEY_WORDS = frozenset({"id", "ids", "key", "code", "no", "nr", "num", "number", "fk", "uuid", "guid", "ref", "pk"})
"""Last words of columns that hold keys."""

STRONG_KEYS = frozenset({"id", "fk", "uuid", "guid", "pk"})
SELF_WORDS = frozenset(
    {"parent", "reports", "manager", "mgr", "boss", "supervisor", "superior", "predecessor", "reply", "lead"}
)
"""A column of such a name may refer to its own table."""

PEOPLE_WORDS = frozenset({
    "rep", "representative", "agent", "manager", "boss", "supervisor", "author", "assignee", "owner", "seller",
    "salesperson", "buyer", "approver", "creator", "reviewer", "editor", "reporter", "responsible", "contact", "by",
    "lead", "instructor", "teacher", "doctor", "driver", "head", "chief", "requester", "sender", "recipient",
})  # fmt: skip
PEOPLE_TABLES = ("employee", "staff", "user", "person", "people", "member", "worker", "contact", "agent", "account")
MEASURES = frozenset({
    "quantity", "qty", "price", "amount", "total", "count", "level", "stock", "rate", "discount", "year", "month",
    "day", "age", "size", "width", "height", "weight", "bytes", "milliseconds", "seconds", "extension", "position",
    "rank", "score", "order", "units", "cost", "tax", "percent", "status", "rating", "duration", "length", "points",
})  # fmt: skip
TEXT_WORDS = frozenset({"phone", "fax", "mobile", "zip", "postal", "postcode", "zipcode", "extension", "ext", "iban"})
"""Columns that stay text even where every value is digits."""

FLAG_WORDS = frozenset({"is", "has", "active", "enabled", "disabled", "discontinued", "deleted", "flag", "archived",
                        "published", "verified", "paid", "done", "completed"})  # fmt: skip
CODE_WORDS = frozenset({"country", "nation", "land", "code", "language", "lang", "locale", "iso"})
"""Columns whose NO, SI or ON are no answers."""

CHOICE_WORDS = frozenset({"status", "type", "kind", "category", "priority", "gender", "sex", "stage", "severity",
                          "courtesy", "salutation"})  # fmt: skip


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case: ``SupportRepId`` and ``support_rep_id`` have the same."""
    plain = name.replace("ß", "ss").translate(_ASCII)
    return tuple(word.lower() for word in _WORDS.findall(plain))


_ASCII = str.maketrans("äöüÄÖÜàáâãåçèéêëìíîïñòóôõøùúûýÀÁÂÃÅÇÈÉÊËÌÍÎÏÑÒÓÔÕØÙÚÛÝ",
                       "aouAOUaaaaaceeeeiiiinooooouuuyAAAAACEEEEIIIINOOOOOUUUY")  # fmt: skip


def technical(name: str, fallback: str) -> str:
    """Return a legal technical name: words in lower case joined by underscores, beginning with a letter."""
    joined = "_".join(words(name))[:_LENGTH].strip("_")
    if not joined:
        return fallback
    return joined if joined[0].isalpha() else f"{fallback}_{joined}"[:_LENGTH]


def legal_field(name: str, owner: str) -> str:
    """Return a field name that is not the record's own: ``id`` of artists becomes ``artist_id``."""
    found = technical(name, "column")
    if found in RESERVED_FIELDS or found in FILTER_WORDS:
        return f"{singular(owner)}_{found}"[:_LENGTH]
    return found


def singular(word: str) -> str:
    """Return the singular of an English word, as far as its ending tells."""
    if word in ("series", "species", "news"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 2:
        return word[:-1]
    return {"people": "person", "children": "child", "men": "man", "women": "woman"}.get(word, word)


def stem(name: str) -> tuple[str, ...]:
    """Return the words of a column without those that only say that it is a key; each in the singular."""
    found = list(words(name))
    while len(found) > 1 and found[-1] in KEY_WORDS:
        found.pop()
    if len(found) > 1 and found[0] in ("fk", "id"):
        found.pop(0)
    return tuple(singular(word) for word in found)


def table_stem(name: str) -> tuple[str, ...]:
    """Return the words of a table in the singular, without a prefix like ``tbl``."""
    found = [singular(word) for word in words(name)]
    return tuple(found[1:]) if len(found) > 1 and found[0] in ("tbl", "dim", "fact", "t") else tuple(found)


def is_key_name(name: str) -> bool:
    """Tell whether a column calls itself a key."""
    found = words(name)
    return bool(found) and found[-1] in KEY_WORDS and not set(found) & TEXT_WORDS


def shown(name: str) -> str:
    """Return a name as people read it: ``AlbumId`` becomes ``Album ID``, ``unit_price`` becomes ``Unit price``."""
    found = list(words(name))
    text = " ".join(found)
    text = text[:1].upper() + text[1:] or name
    return text[:-2] + "ID" if found[-1:] == ["id"] else text


def shown_one(name: str) -> str:
    """Return what one row of a table is called: ``OrderDetails`` become an ``Order detail``."""
    found = words(name)
    return shown(" ".join((*found[:-1], singular(found[-1])))) if found else shown(name)


def shown_reference(name: str) -> str:
    """Return the name of a reference, without saying that it is a key: ``SupportRepId`` becomes ``Support rep``."""
    found = list(words(name))
    while len(found) > 1 and found[-1] in KEY_WORDS:
        found.pop()
    return shown(" ".join(found))
