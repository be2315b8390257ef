"""From cells to values of fields: text is read by the type of its field, JSON passes as it is. Pure."""

from collections.abc import Callable
from typing import Any

from torque import codec
from torque.entity import values
from torque.errors import ParseError
from torque.model.compile import CompiledField
from torque.model.definition.field_type import ArrayType, EnumType, FieldType, type_name
from torque.model.infer.text import MAX_DIGITS, MAX_INTEGER, PLAIN, READERS, Style
from torque.model.infer.words import NOTHING, NULLS

_NEEDS = {
    "Boolean": "true or false", "Integer": "a whole number", "Decimal": "a number", "Float": "a number",
    "Date": "a date like 2026-01-31", "DateTime": "a time like 2026-01-01T09:15:00Z",
    "Time": "a time of day like 09:15:00", "Json": "JSON", "Array": "a list",
}  # fmt: skip
_SEPARATORS = (";", "|", ",")

Coerce = Callable[[Any], Any]


class Misfit(Exception):
    """A cell holds nothing that a field's type knows; says what the type needs."""


class Nothing(Misfit):
    """A cell holds a word that stands for no value, like NULL."""


def coercer(field: CompiledField, style: Style = PLAIN, *, typed: bool = False) -> Coerce:
    """Return what turns a cell into the value of a field. It raises Misfit; what JSON already typed, it leaves.

    Parameters
    ----------
    typed
        Cells come from JSON: text in a field of JSON is text, and not JSON again.
    """
    convert = _of_type(field.definition.field_type, style, typed)
    return without_nulls(convert) if style.nulls else convert


def without_nulls(convert: Coerce) -> Coerce:
    """Return what takes NULL and the like for no value, also where text stands."""

    def checked(cell: Any) -> Any:
        if isinstance(cell, str) and cell.strip() in NULLS:
            raise Nothing("is empty")
        return convert(cell)

    return checked


def _of_type(field_type: FieldType, style: Style, typed: bool) -> Coerce:
    name = type_name(field_type)
    if name in READERS:
        return _read_by(name, style, typed)
    if isinstance(field_type, ArrayType):
        element = field_type.element_type
        return _list_of(_of_type(element, style, typed), _of_type(element, style, True))
    if isinstance(field_type, EnumType):
        return _choice([(option.value, option.label or option.value) for option in field_type.options()])
    if name == "Json":
        return _as_it_is if typed else _json
    if name == "Binary":
        return _file
    if name == "Reference":
        return _reference
    return read_text


def _read_by(name: str, style: Style, typed: bool) -> Coerce:
    read, needs = READERS[name], _NEEDS[name]
    calculated = not typed and name in ("Integer", "Decimal")

    def convert(cell: Any) -> Any:
        if not isinstance(cell, str):
            if name == "Boolean" and cell in (0, 1):
                return bool(cell)
            return _as_shown(cell) if calculated and isinstance(cell, float) else cell
        text = cell.strip()
        value = read(text, style)
        if value is None:
            raise (Nothing if text in NOTHING else Misfit)(f"needs {needs}, not '{cell[:60]}'")
        return value

    return convert


def _as_shown(number: float) -> float | int:
    """Return a number of a sheet with the digits that spreadsheets show: 0.1 + 0.2 is 0.3 there."""
    shown = float(f"{number:.{MAX_DIGITS}g}")
    return int(shown) if shown.is_integer() and abs(shown) <= MAX_INTEGER else shown


def read_text(cell: Any) -> Any:
    """Return what a field of text takes of a cell."""
    if isinstance(cell, str):
        if "\0" in cell:
            raise Misfit("holds a NUL character")
        return cell
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return cell
    return str(cell)


def _reference(cell: Any) -> Any:
    if isinstance(cell, str) and values.is_id(cell.strip()):
        return cell.strip().lower()
    return cell


def _as_it_is(cell: Any) -> Any:
    return cell


def _json(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    try:
        return codec.loads(cell.encode())
    except (ParseError, UnicodeEncodeError):
        raise Misfit(f"needs {_NEEDS['Json']}") from None


def _file(cell: Any) -> Any:
    """Return a file as exports write it: JSON; by its id alone it can be named as well."""
    if not isinstance(cell, str):
        return cell
    if values.is_id(cell.strip()):
        return {"id": cell.strip().lower()}
    try:
        return _json(cell)
    except Misfit:
        raise Misfit(f"needs the id of a file that was uploaded, not '{cell[:60]}'") from None


def _choice(options: list[tuple[str, str]]) -> Coerce:
    known = {label.lower(): value for value, label in options} | {value.lower(): value for value, _ in options}
    exact = {value for value, _ in options}

    def convert(cell: Any) -> Any:
        text = str(cell).strip() if isinstance(cell, int | float) and not isinstance(cell, bool) else cell
        if not isinstance(text, str) or text in exact:
            return text
        return known.get(text.strip().lower(), text)

    return convert


def _list_of(element: Coerce, typed: Coerce) -> Coerce:
    """Return what reads a list: `element` what stands between separators, `typed` what is an element of JSON."""

    def convert(cell: Any) -> Any:
        found = _json_list(cell) if isinstance(cell, str) else cell
        try:
            if isinstance(found, list):
                return [typed(item) for item in found]
            return [element(item) for item in split_list(cell)] if isinstance(cell, str) else cell
        except Nothing as nothing:  # an element that is missing does not make the list empty
            raise Misfit(str(nothing)) from None

    return convert


def split_list(cell: str) -> list[Any]:
    """Return the elements of a list in one cell: a JSON array, or text between semicolons, bars or commas."""
    found = _json_list(cell)
    if found is not None:
        return found
    separator = next((mark for mark in _SEPARATORS if mark in cell), None)
    parts = cell.split(separator) if separator else [cell]
    return [part.strip() for part in parts if part.strip()]


def _json_list(cell: str) -> list[Any] | None:
    """Return the list that a cell writes as JSON; None where it is none."""
    if not cell.lstrip().startswith("["):
        return None
    try:
        found = codec.loads(cell.encode())
    except (ParseError, UnicodeEncodeError):
        return None
    return found if isinstance(found, list) else None
