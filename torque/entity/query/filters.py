"""From the filter grammar of the wire to a condition: every name and value is checked against the model here.

A field that is hidden from the caller is an unknown field, and a referenced record that the caller may not
read is a missing one, so nothing can be learned by filtering.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from torque.access.types import EVERYTHING, EntityRights, Predicate
from torque.config.problems import closest
from torque.entity import values
from torque.entity.ends import End, named_ends
from torque.entity.query.search_sql import configuration
from torque.entity.types import AllOf, AnyOf, Compare, Condition, Exists, Link, Not, Scope, Search, ValueRef
from torque.errors import InvalidParams
from torque.model.compile import CompiledEntity, CompiledField
from torque.model.definition.field_type import ArrayType

MAX_DEPTH = 16
MAX_COMPARISONS = 200
MAX_OBJECTS = 1000
"""Filter objects within each other and beside each other, also those that ask nothing."""
MAX_STEPS = 3
_MEANT = {"gte": "ge", "lte": "le", "neq": "ne", "like": "contains", "not_in": "nin", "isnull": "is_null"}
"""Operators of other query languages, for the hint."""


class Place(msgspec.Struct, frozen=True):
    """Where a dotted path leads: the links to follow, then a field, or a column with its rules."""

    links: tuple[Link, ...]
    guards: tuple[Condition | None, ...]
    entity: CompiledEntity
    field: CompiledField | None
    column: str | None


class Reader:
    """Resolves names and reads filters for one request; `dependencies` collects the entities it touches.

    Parameters
    ----------
    masked
        False for the rules of a role, which may use what they hide.
    """

    def __init__(self, scope: Scope, *, masked: bool = True) -> None:
        self._scope = scope
        self._masked = masked
        self._comparisons = 0
        self._objects = 0
        self.dependencies: set[str] = set()

    def filters(self, entity: CompiledEntity, filters: Mapping[str, Any]) -> Condition | None:
        """Return the condition of a filter object; None when it asks nothing."""
        parts = self._object(entity, filters, 0)
        return conjunction(parts)

    def search(self, entity: CompiledEntity, text: str) -> Search:
        """Return the condition that every word occurs in one of the entity's text fields that the caller sees."""
        hidden = self._rights(entity.name).hidden
        seen = [name for name in entity.search_fields if name not in hidden]
        words = tuple(text.split())
        if len(words) > 20:
            raise InvalidParams("A search takes at most 20 words.")
        if any("\0" in word for word in words):
            raise InvalidParams("The search holds a character that cannot be searched for.")
        keys = tuple(entity.fields[name].key for name in seen)
        return Search(words, keys, configuration(self._scope.model.locale), len(seen) == len(entity.search_fields))

    def predicate(self, entity: CompiledEntity, predicate: Predicate | None) -> Condition | None:
        """Return the condition of a role's rule."""
        if predicate is None:
            return None
        reader = Reader(self._scope, masked=False)
        parts = [reader.filters(entity, alternative) for alternative in predicate.alternatives]
        self.dependencies |= reader.dependencies
        if any(part is None for part in parts):
            return None
        found = tuple(part for part in parts if part is not None)
        return found[0] if len(found) == 1 else AnyOf(found)

    def place(self, entity: CompiledEntity, path: str) -> Place:
        """Resolve a path as the caller sees the model.

        Raises
        ------
        InvalidParams
            When there is no such field, naming the nearest.
        """
        links: list[Link] = []
        guards: list[Condition | None] = []
        *steps, last = path.split(".")
        if len(steps) > MAX_STEPS:
            raise InvalidParams(f"'{path}' goes through more than {MAX_STEPS} references.", field=path)
        for step in steps:
            link, guard, entity = self._step(entity, step, path)
            links.append(link)
            guards.append(guard)
        if self._end(entity, last) is not None:  # linked records as such: their ids
            link, guard, entity = self._step(entity, last, path)
            return Place((*links, link), (*guards, guard), entity, None, "id")
        field = self._field(entity, last, path)
        column = last if field is None or field.system else None
        return Place(tuple(links), tuple(guards), entity, None if column else field, column)

    def _step(self, entity: CompiledEntity, step: str, path: str) -> tuple[Link, Condition | None, CompiledEntity]:
        """Follow a reference or a relationship; return the link, the rule of the records it leads to, their entity."""
        end = self._end(entity, step)
        if end is not None:
            target = self._scope.model.entities[end.other]
            link = Link("", end.link_key, True, target.key, end.backward)
        else:
            field = self._field(entity, step, path)
            if field is None or field.target is None or field.link_key is None:
                raise InvalidParams(f"'{path}': '{step}' is not a reference.", field=path)
            target = self._scope.model.entities[field.target]
            link = Link(field.key, field.link_key, field.is_array, target.key)
        rights = self._rights(target.name)
        if not rights.read:
            raise self._unknown(entity, step, path)
        self.dependencies.add(target.name)
        return link, self.predicate(target, rights.where) if self._masked else None, target

    def _end(self, entity: CompiledEntity, name: str) -> End | None:
        """Return the relationship of that name, unless a field that makes it is hidden from the caller."""
        end = named_ends(self._scope.model, entity.name).get(name)
        if end is None or (end.field is not None and end.field in self._rights(end.other).hidden):
            return None
        return end

    def _field(self, entity: CompiledEntity, name: str, path: str) -> CompiledField | None:
        """Return the field of that name, None for a column of the record's own."""
        field = entity.fields.get(name)
        if field is None and name in values.COLUMNS:
            return None
        if field is None or name in self._rights(entity.name).hidden:
            raise self._unknown(entity, name, path)
        return field

    def _rights(self, name: str) -> EntityRights:
        return self._scope.rights.entity(name) if self._masked else EVERYTHING

    def _unknown(self, entity: CompiledEntity, name: str, path: str) -> InvalidParams:
        visible = [n for n in entity.fields if n != name and n not in self._rights(entity.name).hidden]
        return unknown("field", name, [*visible, *values.COLUMNS], f" in '{entity.name}'", field=path)

    def _object(self, entity: CompiledEntity, filters: Any, depth: int) -> list[Condition]:
        if not isinstance(filters, Mapping):
            raise InvalidParams("A filter is an object: {field: value} or {field: {operator: value}}.")
        if depth > MAX_DEPTH:
            raise InvalidParams(f"Filters nest at most {MAX_DEPTH} levels deep.")
        self._objects += 1
        if self._objects > MAX_OBJECTS:
            raise InvalidParams(f"A request filters by at most {MAX_OBJECTS} filter objects.")
        parts: list[Condition] = []
        for name, value in filters.items():
            if name in ("and", "or"):
                if not isinstance(value, list | tuple):
                    raise InvalidParams(f"'{name}' takes a list of filters.", field=name)
                branches = tuple(AllOf(tuple(self._object(entity, item, depth + 1))) for item in value)
                parts.append(AllOf(branches) if name == "and" else AnyOf(branches))
            elif name == "not":
                parts.append(Not(AllOf(tuple(self._object(entity, value, depth + 1)))))
            else:
                parts.extend(self._comparisons_of(entity, name, value))
        return parts

    def _comparisons_of(self, entity: CompiledEntity, path: str, value: Any) -> list[Condition]:
        place = self.place(entity, path)
        operators = value if isinstance(value, Mapping) else {"eq": value}
        conditions = []
        for op, operand in operators.items():
            self._comparisons += 1
            if self._comparisons > MAX_COMPARISONS:
                raise InvalidParams(f"A request filters by at most {MAX_COMPARISONS} comparisons.")
            conditions.append(_comparison(place, path, op, operand))
        return conditions


def conjunction(parts: Iterable[Condition | None]) -> Condition | None:
    """Return what holds when all parts do; None when there are none."""
    found = tuple(part for part in parts if part is not None)
    if not found:
        return None
    return found[0] if len(found) == 1 else AllOf(found)


def unknown(what: str, name: str, known: Sequence[str], where: str = "", **details: object) -> InvalidParams:
    """Return the error for a word that is not known, naming the nearest one that is."""
    nearest = _MEANT[name] if name in _MEANT and _MEANT[name] in known else closest(name, known)
    hint = f" Did you mean '{nearest}'?" if nearest is not None else ""
    if nearest is not None:
        details["nearest"] = nearest
    return InvalidParams(f"There is no {what} '{name[:80]}'{where}.{hint}", **details)


def _comparison(place: Place, path: str, op: str, operand: Any) -> Condition:
    """Read one `field op value`; whatever is negative becomes the negation of something positive."""
    known = _operators(place)
    if op not in known:
        raise unknown("operator", op, known, f" for '{path}'", field=path)
    ref = values.COLUMNS[place.column][0] if place.column else values.reference_of(_field_of(place))
    if op == "is_null" or (operand is None and op in ("eq", "ne")):
        if op == "is_null" and not isinstance(operand, bool):
            raise InvalidParams(f"'is_null' on '{path}' takes true or false.", field=path)
        missing = operand if op == "is_null" else op == "eq"
        present = _behind(place, Not(Compare(ref, "missing")))
        return Not(present) if missing else present
    if op == "between":
        if not isinstance(operand, list) or len(operand) != 2:
            raise InvalidParams(f"'between' on '{path}' takes a list of two values.", field=path)
        low, high = (_value(place, path, item) for item in operand)
        return _behind(place, AllOf((Compare(ref, "ge", low), Compare(ref, "le", high))))
    if op in ("in", "nin"):
        if not isinstance(operand, list) or len(operand) > 1000:
            raise InvalidParams(f"'{op}' on '{path}' takes a list of at most 1000 values.", field=path)
        found = _behind(place, Compare(ref, "in", [_value(place, path, item) for item in operand]))
        return found if op == "in" else Not(found)
    if op == "ne":
        return Not(_behind(place, Compare(ref, "eq", _value(place, path, operand))))
    return _behind(place, Compare(ref, op, _operand(place, path, op, operand)))  # type: ignore[arg-type]


def _operators(place: Place) -> tuple[str, ...]:
    if place.column:
        return values.COLUMNS[place.column][1]
    return values.operators_of(_field_of(place).type_name)


def _field_of(place: Place) -> CompiledField:
    if place.field is None:
        raise InvalidParams("This is a column of the record.")
    return place.field


def _operand(place: Place, path: str, op: str, operand: Any) -> Any:
    """Read the value of an operator: parts of text are text, an element of an array is one of its elements."""
    if place.column is None:
        field_type = _field_of(place).definition.field_type
        if op == "contains" and isinstance(field_type, ArrayType):
            return values.element(field_type, operand, path)
        if op in ("contains", "starts_with", "ends_with"):
            if not isinstance(operand, str) or "\0" in operand:
                raise InvalidParams(f"'{op}' on '{path}' takes text.", field=path)
            return operand
    return _value(place, path, operand)


def _value(place: Place, path: str, value: Any) -> Any:
    if place.column is None:
        return values.stored(_field_of(place).definition.field_type, value, path)
    _, _, convert, need = values.COLUMNS[place.column]
    found = convert(value)
    if found is None:
        raise InvalidParams(f"The filter on '{path}' needs {need}.", field=path)
    return found


def _behind(place: Place, condition: Condition) -> Condition:
    """Put a condition behind the links of a path, each guarded by the rule of the records it leads to."""
    for link, guard in zip(reversed(place.links), reversed(place.guards), strict=True):
        guarded = conjunction((condition, guard))
        condition = Exists(link, guarded if guarded is not None else condition)
    return condition


def reference_to(place: Place) -> ValueRef:
    """Return the value a place leads to."""
    return values.COLUMNS[place.column][0] if place.column else values.reference_of(_field_of(place))
