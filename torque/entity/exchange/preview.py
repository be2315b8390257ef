"""What a file would bring before it is imported: its columns with some values, and where each would go. Pure."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

import msgspec

from torque import codec
from torque.access.types import Rights
from torque.entity.exchange.known import key_of
from torque.entity.exchange.many import ends_in_files
from torque.entity.exchange.mapping import guess_fields
from torque.entity.exchange.types import ABSENT, Format, Rows, Unreadable
from torque.model.compile import CompiledEntity, CompiledField, CompiledModel

_ROWS = 50
_SAMPLES = 3
_LONGEST = 60
"""Characters of a value that is shown."""


class FileField(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A field as far as files are concerned.

    Parameters
    ----------
    type
        Name of its type; `Reference` and `ManyToMany` name other records.
    required
        Every new record needs a value from the file.
    unique
        Records can be found by it, to be changed.
    keys
        Unique fields by which the records it refers to can be named.
    importable
        False for what only comes out: computed fields, a record's times, what the caller may not set.
    """

    name: str
    label: str
    type: str
    required: bool = False
    unique: bool = False
    keys: tuple[str, ...] = ()
    importable: bool = True


class FileColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a file: some of its values, and the field it would go into; empty when it would be left out."""

    name: str
    field: str
    samples: tuple[str, ...]


class FilePreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a file would bring."""

    format: Format
    columns: tuple[FileColumn, ...]


def file_fields(model: CompiledModel, rights: Rights, entity: CompiledEntity) -> tuple[FileField, ...]:
    """Return the fields that files of an entity may hold, as far as a caller may see them."""
    granted = rights.entity(entity.name)
    fields = [
        _file_field(model, rights, field, writable=not field.read_only and field.name not in granted.read_only)
        for field in entity.fields.values()
        if field.name not in granted.hidden
    ]
    links = [
        FileField(
            name=name, label=end.relationship or name, type="ManyToMany", keys=_keys(model, rights, end.other),
        )
        for name, end in ends_in_files(model, rights, entity).items()
    ]  # fmt: skip
    return (FileField(name="id", label="id", type="Id", unique=True), *fields, *links)


def preview(model: CompiledModel, rights: Rights, entity: CompiledEntity, rows: Rows, kind: Format) -> FilePreview:
    """Return the columns of a file with values from its first rows."""
    columns = list(rows.columns)
    samples: list[list[str]] = [[] for _ in columns]
    for _, cells in islice(rows.read(), _ROWS):
        if not isinstance(cells, Unreadable):
            for found, cell in zip(samples, cells, strict=False):
                if len(found) < _SAMPLES and (text := _text(cell)) and text not in found:
                    found.append(text)
    guessed = guess_fields(model, rights, entity, columns)
    return FilePreview(format=kind, columns=_columns(columns, guessed, samples))


def _columns(
    names: Sequence[str], guessed: Sequence[str], samples: Sequence[Sequence[str]]
) -> tuple[FileColumn, ...]:  # fmt: skip
    return tuple(
        FileColumn(name=name, field=field, samples=tuple(values))
        for name, field, values in zip(names, guessed, samples, strict=True)
    )


def _file_field(model: CompiledModel, rights: Rights, field: CompiledField, *, writable: bool) -> FileField:
    return FileField(
        name=field.name, label=field.display_name, type=field.type_name,
        required=field.required and writable and field.definition.default_value is None,
        unique=field.unique_id is not None and field.target is None, importable=writable,
        keys=_keys(model, rights, field.target) if field.target is not None else (),
    )  # fmt: skip


def _keys(model: CompiledModel, rights: Rights, target: str) -> tuple[str, ...]:
    names = (rule.fields[0] for rule in model.entities[target].uniques if len(rule.fields) == 1)
    return tuple(name for name in names if key_of(model, rights, target, name) is not None)


def _text(cell: Any) -> str:
    if cell is None or cell is ABSENT:
        return ""
    text = cell.strip() if isinstance(cell, str) else codec.dumps(cell).decode()
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
