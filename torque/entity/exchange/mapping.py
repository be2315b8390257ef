"""Which column goes into which field: by name, or as was said; and by which key references are given. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import Any

import msgspec

from torque.access.types import EntityRights, Rights
from torque.entity import values
from torque.entity.exchange.coerce import Coerce, Misfit, coercer, read_text, without_nulls
from torque.entity.exchange.known import KeyOf, key_of
from torque.entity.exchange.many import LinkStep, ends_in_files, link_step
from torque.entity.exchange.types import Quoted
from torque.errors import InvalidParams
from torque.model.compile import CompiledEntity, CompiledField, CompiledModel
from torque.model.infer.names import technical
from torque.model.infer.text import PLAIN, Style, moment
from torque.model.infer.words import NULLS

_OWN = frozenset({"id", "entity_type", "version", "created_at", "updated_at", "included"})
_MAY_BE_EMPTY = ("String", "Json")


class Step(msgspec.Struct, frozen=True):
    """One column on its way into a field.

    Parameters
    ----------
    key
        By what a reference is known besides its id.
    keeps_empty
        Empty text is a value, as JSON has it; in other files an empty cell is none.
    nothing
        What a reference's cell holds when it refers to nobody.
    """

    place: int
    name: str
    field: CompiledField
    coerce: Coerce
    key: KeyOf | None = None
    keeps_empty: bool = False
    nothing: Set[str] = frozenset({""})


class RowPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that turns rows of one table into records of one entity.

    Parameters
    ----------
    plain, references, many
        Columns with values, with references, and with many-to-many links.
    id_place, times
        Columns of the record's own id, and of when it was made and changed; None where there are none.
    upsert
        The unique field that says which record a row is about; None when rows only make records.
    exact
        Spaces around a key belong to it. Otherwise only those in quotes do.
    """

    entity: CompiledEntity
    plain: tuple[Step, ...]
    references: tuple[Step, ...]
    many: tuple[LinkStep, ...]
    id_place: int | None
    times: tuple[int | None, int | None]
    upsert: KeyOf | None
    upsert_by_id: bool
    ignored: tuple[str, ...]
    exact: bool

    @property
    def changes(self) -> bool:
        """True when rows may be about records that exist already."""
        return self.upsert is not None or self.upsert_by_id


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How a table should be mapped; see `Job`."""

    columns: Mapping[str, str] = {}
    styles: Mapping[str, Style] = {}
    upsert: str | None = None
    keep_times: bool = False
    exact: bool = False
    typed: bool = False


def plan_rows(
    model: CompiledModel, rights: Rights, entity: CompiledEntity, columns: Sequence[str], wish: Wish
) -> RowPlan:
    """Decide where each column goes.

    Raises
    ------
    InvalidParams
        When something is named that does not exist, or no column fits.
    """
    nameless = wish.typed and not columns  # no object names a member: whatever was asked for, there is nothing to map
    if nameless:
        wish = msgspec.structs.replace(wish, columns={}, upsert=None)
    missing = [name for name in wish.columns if name not in columns]
    if missing:
        raise InvalidParams(
            f"There is no column {missing[0]!r}; there are {', '.join(columns[:40])}.", column=missing[0]
        )
    found = _Columns(model, rights, entity, wish)
    for place, column in enumerate(columns):
        found.take(place, column)
    _refuse_twice([*found.steps, *found.many])
    if not found.steps and not found.many and "id" not in found.own and not nameless:
        raise InvalidParams(
            f"No column fits a field of '{entity.name}': {', '.join(columns[:40]) or 'there are none'}."
        )
    own = found.own
    return RowPlan(
        entity=entity,
        plain=tuple(step for step in found.steps if step.field.target is None),
        references=tuple(step for step in found.steps if step.field.target is not None),
        many=tuple(found.many),
        id_place=own.get("id"),
        times=(own.get("created_at"), own.get("updated_at")) if wish.keep_times else (None, None),
        upsert=_upsert(entity, rights.entity(entity.name), wish, found.steps, own),
        upsert_by_id=wish.upsert == "id",
        ignored=tuple(found.ignored),
        exact=wish.exact,
    )


def guess_fields(
    model: CompiledModel, rights: Rights, entity: CompiledEntity, columns: Sequence[str]
) -> list[str]:  # fmt: skip
    """Return by column the field it goes into when nothing is said about it; empty for one that is left out.

    Of two columns that mean the same field the first has it.
    """
    found = _Columns(model, rights, entity, Wish())
    guessed: list[str] = []
    for place, column in enumerate(columns):
        try:
            name = found.take(place, column)
        except InvalidParams:  # a field that this caller only reads, or a key that is none
            name = ""
        taken = {one.partition(".")[0] for one in guessed}
        guessed.append("" if name.partition(".")[0] in taken else name)
    return guessed


class _Columns:
    """Collects where each column of a table goes."""

    def __init__(self, model: CompiledModel, rights: Rights, entity: CompiledEntity, wish: Wish) -> None:
        self._model = model
        self._rights = rights
        self._entity = entity
        self._wish = wish
        self._granted = rights.entity(entity.name)
        self._ends = ends_in_files(model, rights, entity)
        self.steps: list[Step] = []
        self.many: list[LinkStep] = []
        self.own: dict[str, int] = {}
        self.ignored: list[str] = []

    def take(self, place: int, column: str) -> str:
        """Decide about one column, and return its field, with a key where one is named; empty when it is left out."""
        entity, wish = self._entity, self._wish
        said = column in wish.columns or self._names_key(column)
        target, _, key = wish.columns.get(column, column).partition(".") if said else (column, "", "")
        style = wish.styles.get(column, PLAIN)
        end = self._ends.get(target)
        field = _field(entity, self._granted, target, said=said) if end is None else None
        if field is None and end is None and not said:
            end = self._ends.get(technical(column, ""))
        behind = f".{key}" if key else ""
        if end is not None:
            self.many.append(link_step(self._model, self._rights, place, end, key, style))
            return f"{end.name}{behind}"
        if target in _OWN and (field is None or field.system):
            self.own[target] = place
            return target if target == "id" or wish.keep_times else ""
        if field is None or (field.read_only and column not in wish.columns):
            self.ignored.append(column)
            return ""
        self.steps.append(_step(self._model, self._rights, self._granted, place, field, key, style, wish))
        return f"{field.name}{behind}"

    def _names_key(self, column: str) -> bool:
        """Tell whether a column is called `field.key`, as exports call references and links by key."""
        name, dot, _ = column.partition(".")
        field = self._entity.fields.get(name) if dot else None
        return (field is not None and field.target is not None) or (bool(dot) and name in self._ends)


def time_of(cell: Any) -> str | None:
    """Return when a record was made, as its own column says; None for what is no time."""
    return (values.timestamp(cell) or moment(cell.strip())) if isinstance(cell, str) else None


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
    style: Style, wish: Wish,
) -> Step:  # fmt: skip
    if field.name in granted.read_only:
        raise InvalidParams(f"You may not change '{field.name}'. Leave the column out.", field=field.name)
    if field.target is None:
        if key:
            raise InvalidParams(f"'{field.name}' is no reference; it takes no key '{key}'.", field=field.name)
        if not wish.exact and field.unique_id is not None and field.type_name == "String":
            return Step(place, field.name, field, without_nulls(_trimmed) if style.nulls else _trimmed)
        keeps_empty = wish.typed and field.type_name in _MAY_BE_EMPTY
        return Step(place, field.name, field, coercer(field, style, typed=wish.typed), keeps_empty=keeps_empty)
    known = key_of(model, rights, field.target, key, style) if key != "id" else None
    if key not in ("", "id") and known is None:
        raise InvalidParams(f"'{key}' is no unique field of '{field.target}'.", field=field.name)
    nothing = NULLS | {""} if style.nulls or known is None or known.field.type_name != "String" else {""}
    return Step(place, field.name, field, coercer(field, style), known, nothing=nothing)


def _trimmed(cell: Any) -> Any:
    """Return text that is a key: as for references to it, spaces around it do not count unless they were quoted."""
    text = cell if isinstance(cell, Quoted) or not isinstance(cell, str) else cell.strip()
    if text == "":
        raise Misfit("is empty")
    return read_text(text)


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


def _refuse_twice(steps: Sequence[Step | LinkStep]) -> None:
    twice = next((name for name, times in Counter(step.name for step in steps).items() if times > 1), None)
    if twice is not None:
        raise InvalidParams(f"Two columns go into the field '{twice}'.", field=twice)
