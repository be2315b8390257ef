"""Which column goes into which field: by name, or as was said; and by which key references are given. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from torque import codec
from torque.access.types import EntityRights, Rights
from torque.entity import values
from torque.entity.exchange.coerce import Coerce, Misfit, coercer
from torque.errors import InvalidParams
from torque.model.compile import CompiledEntity, CompiledField, CompiledModel
from torque.model.definition.base import fragment
from torque.model.infer.names import technical
from torque.model.infer.text import PLAIN, Style, moment
from torque.native import Validator

_OWN = frozenset({"id", "entity_type", "version", "created_at", "updated_at", "included"})
_KEPT = 200_000


class KeyOf:
    """A unique field by which records are known: values become what the table of keys holds.

    Parameters
    ----------
    said
        True when it was asked for; then a value that looks like an id is a key all the same.
    """

    def __init__(self, entity: CompiledEntity, field: CompiledField, rule_id: str, style: Style, said: bool) -> None:
        self.entity = entity
        self.field = field
        self.rule_id = rule_id
        self.said = said
        self.found: dict[Any, str] = {}
        self._coerce = coercer(field, style)
        spec = {
            "name": field.name, "key": field.key, "type": fragment(field.definition.field_type), "required": False,
            "unique_id": rule_id, "default": None, "read_only": False, "system": False, "link_key": None, "rules": [],
        }  # fmt: skip
        self._validator = Validator(codec.dumps({"fields": [spec], "unique": []}))

    def text(self, cell: Any) -> str | None:
        """Return how the table of keys writes a value; None for what can be no key."""
        try:
            value = self._coerce(cell)
            prepared = self._validator.create(codec.dumps({self.field.name: value}), "")
        except (Misfit, TypeError):
            return None
        keys = prepared.keys if not prepared.errors else []
        return keys[0][1] if keys else None

    def remember(self, cell: Any, record_id: str) -> None:
        """Keep what was looked up, as long as there is room."""
        if len(self.found) >= _KEPT:
            self.found.clear()
        self.found[cell] = record_id


class Step(msgspec.Struct, frozen=True):
    """One column on its way into a field; `key` is by what a reference is known besides its id."""

    place: int
    name: str
    field: CompiledField
    coerce: Coerce
    key: KeyOf | None = None


class RowPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that turns rows of one table into records of one entity.

    Parameters
    ----------
    plain, references
        Columns with values, and with references.
    id_place, times
        Columns of the record's own id, and of when it was made and changed; None where there are none.
    upsert
        The unique field that says which record a row is about; None when rows only make records.
    """

    entity: CompiledEntity
    plain: tuple[Step, ...]
    references: tuple[Step, ...]
    id_place: int | None
    times: tuple[int | None, int | None]
    upsert: KeyOf | None
    upsert_by_id: bool
    ignored: tuple[str, ...]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How a table should be mapped; see `Job`."""

    columns: Mapping[str, str] = {}
    styles: Mapping[str, Style] = {}
    upsert: str | None = None
    keep_times: bool = False


def plan_rows(
    model: CompiledModel, rights: Rights, entity: CompiledEntity, columns: Sequence[str], wish: Wish
) -> RowPlan:
    """Decide where each column goes.

    Raises
    ------
    InvalidParams
        When something is named that does not exist, or no column fits.
    """
    granted = rights.entity(entity.name)
    steps: list[Step] = []
    ignored: list[str] = []
    own: dict[str, int] = {}
    missing = [name for name in wish.columns if name not in columns]
    if missing:
        raise InvalidParams(
            f"There is no column {missing[0]!r}; there are {', '.join(columns[:40])}.", column=missing[0]
        )
    for place, column in enumerate(columns):
        said = column in wish.columns or _names_key(entity, column)
        target, _, key = wish.columns.get(column, column).partition(".") if said else (column, "", "")
        field = _field(entity, granted, target, said=said)
        if target in _OWN and (field is None or field.system):
            own[target] = place
        elif field is None or (field.read_only and column not in wish.columns):
            ignored.append(column)
        else:
            steps.append(_step(model, rights, granted, place, field, key, wish.styles.get(column, PLAIN)))
    _refuse_twice(steps)
    if not steps and "id" not in own:
        raise InvalidParams(
            f"No column fits a field of '{entity.name}': {', '.join(columns[:40]) or 'there are none'}."
        )
    upsert = _upsert(entity, granted, wish, steps, own)
    return RowPlan(
        entity=entity,
        plain=tuple(step for step in steps if step.field.target is None),
        references=tuple(step for step in steps if step.field.target is not None),
        id_place=own.get("id"),
        times=(own.get("created_at"), own.get("updated_at")) if wish.keep_times else (None, None),
        upsert=upsert,
        upsert_by_id=wish.upsert == "id",
        ignored=tuple(ignored),
    )


def key_of(model: CompiledModel, rights: Rights, target: str, name: str = "", style: Style = PLAIN) -> KeyOf | None:
    """Return by what the records of an entity are known: the unique field that was named, else the first one.

    A caller who may not read all of an entity could find out its values by asking; so there is none for them.
    """
    entity = model.entities[target]
    granted = rights.entity(target)
    if not granted.read or granted.where is not None:
        return None
    for rule in entity.uniques:
        field = entity.fields[rule.fields[0]]
        plain = len(rule.fields) == 1 and field.target is None and field.name not in granted.hidden
        if plain and name in ("", field.name):
            return KeyOf(entity, field, rule.id, style, bool(name))
    return None


def time_of(cell: Any) -> str | None:
    """Return when a record was made, as its own column says; None for what is no time."""
    return (values.timestamp(cell) or moment(cell.strip())) if isinstance(cell, str) else None


def _names_key(entity: CompiledEntity, column: str) -> bool:
    """Tell whether a column is called `field.key`, as exports call references by key."""
    field = entity.fields.get(column.partition(".")[0]) if "." in column else None
    return field is not None and field.target is not None


def _field(entity: CompiledEntity, granted: EntityRights, name: str, said: bool) -> CompiledField | None:
    """Return the field that a column means: its own name, or what people call it."""
    if said and not name:
        return None
    field = entity.fields.get(name)
    if field is None and name not in _OWN:
        wanted = technical(name, "")
        alike = (f for f in entity.fields.values() if wanted and wanted in (f.name, technical(f.display_name, "")))
        field = next(alike, None)
    if field is not None and field.name in granted.hidden:
        field = None
    if field is None and said and name not in _OWN:
        raise InvalidParams(f"'{entity.name}' has no field '{name}'.", field=name)
    return field


def _step(
    model: CompiledModel, rights: Rights, granted: EntityRights, place: int, field: CompiledField, key: str,
    style: Style,
) -> Step:  # fmt: skip
    if field.name in granted.read_only:
        raise InvalidParams(f"You may not change '{field.name}'. Leave the column out.", field=field.name)
    if field.target is None:
        if key:
            raise InvalidParams(f"'{field.name}' is no reference; it takes no key '{key}'.", field=field.name)
        return Step(place, field.name, field, coercer(field, style))
    known = key_of(model, rights, field.target, key, style) if key != "id" else None
    if key not in ("", "id") and known is None:
        raise InvalidParams(f"'{key}' is no unique field of '{field.target}'.", field=field.name)
    return Step(place, field.name, field, coercer(field, style), known)


def _upsert(
    entity: CompiledEntity, granted: EntityRights, wish: Wish, steps: Sequence[Step], own: Mapping[str, int]
) -> KeyOf | None:
    name = wish.upsert
    if name is None:
        return None
    if name == "id":
        if "id" not in own:
            raise InvalidParams("There is no column 'id' to change records by.", parameter="upsert")
        return None
    field = entity.fields.get(name)
    if field is None or field.unique_id is None or field.target is not None or name in granted.hidden:
        raise InvalidParams(f"'{name}' is no unique field of '{entity.name}'.", parameter="upsert")
    if all(step.field is not field for step in steps):
        raise InvalidParams(f"No column goes into '{name}', by which records are to be changed.", parameter="upsert")
    return KeyOf(entity, field, field.unique_id, PLAIN, True)


def _refuse_twice(steps: Sequence[Step]) -> None:
    names = [step.name for step in steps]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidParams(f"Two columns go into the field '{twice}'.", field=twice)
