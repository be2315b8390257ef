"""Many-to-many links in files: which columns hold them, and how a cell lists several. Pure.

In a cell of text they stand between semicolons. A backslash takes the character behind it as it is, so a key may hold a
semicolon, or begin or end with a space; a JSON array is read as well.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from torque import codec
from torque.access.types import Rights
from torque.entity.ends import End, many_of
from torque.entity.exchange.known import KeyOf, key_of
from torque.entity.write.linking import MAX_LINKS
from torque.errors import InvalidParams, ParseError
from torque.model.compile import CompiledEntity, CompiledModel
from torque.model.infer.text import Style

SEPARATOR = ";"
_PART = re.compile(r"((?:\\.|[^;\\]|\\\Z)*)(?:;|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_MARKS = re.compile(r"[\\;]|^[\s\[]|\s$")


class LinkStep(msgspec.Struct, frozen=True):
    """One column on its way into the links of a record; `key` is by what the other records are known besides ids."""

    place: int
    end: End
    key: KeyOf | None = None

    @property
    def name(self) -> str:
        """What records call the links."""
        return self.end.name or ""


class Many(msgspec.Struct, frozen=True):
    """The links that a row wants, each as its cell has it."""

    step: LinkStep
    cells: Sequence[Any]


class Link(msgspec.Struct, frozen=True):
    """One link of a row: to an id, or to the record that will stand under a unique value when the load ends.

    Parameters
    ----------
    given
        The row says the id, so that there may be no such record.
    """

    step: LinkStep
    place: int
    id: str | None
    value: str | None
    given: bool = False


def ends_in_files(model: CompiledModel, rights: Rights, entity: CompiledEntity) -> dict[str, End]:
    """Return the many-to-many ends of an entity that a caller may write: those to entities it may read."""
    return {name: end for name, end in many_of(model, entity.name).items() if rights.entity(end.other).read}


def link_step(model: CompiledModel, rights: Rights, place: int, end: End, key: str, style: Style) -> LinkStep:
    """Return what a column of links does; `key` is the unique field that was said, `id`, or empty.

    Raises
    ------
    InvalidParams
        When there is no such unique field.
    """
    known = key_of(model, rights, end.other, key, style) if key != "id" else None
    if key not in ("", "id") and known is None:
        raise InvalidParams(f"'{key}' is no unique field of '{end.other}'.", field=end.name)
    return LinkStep(place, end, known)


def cells_of(cell: Any) -> Sequence[Any] | None:
    """Return the elements of a cell; None for what is no list of at most `MAX_LINKS`."""
    found = split(cell) if isinstance(cell, str) else cell if isinstance(cell, list) else [cell]
    fits = len(found) <= MAX_LINKS and all(isinstance(one, str | int | float) for one in found)
    return found if fits else None


def split(cell: str) -> list[Any]:
    """Return what stands between the semicolons of a cell, or in its JSON array."""
    if cell.lstrip().startswith("["):
        try:
            found = codec.loads(cell.encode())
        except (ParseError, UnicodeEncodeError):
            found = None
        if isinstance(found, list):
            return found
    if "\\" not in cell:
        return [part for one in cell.split(SEPARATOR) if (part := one.strip())]
    parts = (_trimmed(raw) for raw in _PART.findall(cell))
    return [_ESCAPE.sub(r"\1", part) for part in parts if part]


def join(keys: Sequence[Any]) -> str:
    """Return a cell that lists keys, such that `split` gives them back as text."""
    return SEPARATOR.join(_MARKS.sub(lambda mark: "\\" + mark[0], str(key)) for key in keys)


def _trimmed(raw: str) -> str:
    """Take away the spaces around a part, but not one behind a backslash."""
    part = raw.strip()
    if (len(part) - len(part.rstrip("\\"))) % 2:
        part = raw.lstrip()[: len(part) + 1]
    return part
