"""What all definition types share: how ids and names look, and how parts behave as values.

Every default is a value that exists once (None, a bool, 0, the empty tuple) or an empty dict, so that leaving
out defaults on writing is exact: what was written and read again is the same part and the same bytes.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

ID_PATTERN = r"^[A-Za-z0-9_-]{1,64}$(?!\n)"
ENTITY_PATTERN = r"^[a-z][a-z0-9_]{0,62}$(?!\n)"
FIELD_PATTERN = r"^[A-Za-z][A-Za-z0-9_]{0,62}$(?!\n)"
SLUG_PATTERN = r"^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$(?!\n)"

Id = Annotated[str, msgspec.Meta(pattern=ID_PATTERN, description="Stable id, unique per kind, never reused")]
EntityName = Annotated[str, msgspec.Meta(pattern=ENTITY_PATTERN, description="Technical name of an entity")]
FieldName = Annotated[str, msgspec.Meta(pattern=FIELD_PATTERN, description="Technical name of a field")]
Slug = Annotated[str, msgspec.Meta(pattern=SLUG_PATTERN, description="Lower-case name that is safe in an address")]
Json = dict[str, Any]
Number = int | float

RESERVED_FIELDS = frozenset({"id", "entity_type", "version", "created_at", "updated_at", "included"})
SYSTEM_TIMES = ("created_at", "updated_at")
FILTER_WORDS = frozenset({"and", "or", "not"})


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of every part of a model: an immutable value that writes only what differs from its defaults."""


def readable(name: str) -> str:
    """Return a technical name as people read it: ``order_date`` becomes ``Order date``."""
    words = name.replace("-", "_").strip("_").split("_")
    if len(words) > 1 and words[-1] == "id":
        words = words[:-1]
    text = " ".join(word for word in words if word)
    return text[:1].upper() + text[1:]


def fragment(part: msgspec.Struct) -> Mapping[str, Any]:
    """Return a part as the plain JSON object that a document holds for it."""
    plain: dict[str, Any] = msgspec.to_builtins(part)
    return plain
