"""Made-up records for a whole application: as many of each entity, valid references, same seed same values.

Values depend on the seed, the entity and the number of the record alone. Numbers go on from the records that are
there, so that seeding twice adds new ones.
"""

import hashlib
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from random import Random
from typing import Any, Protocol

import msgspec

from torque import codec
from torque.application.types import RunningApplication
from torque.db.pool import Database
from torque.entity.ends import many_of
from torque.entity.exchange.distinct import Distinct, distinct_of
from torque.entity.exchange.lookup import Q
from torque.entity.exchange.made_up import Person, value_of
from torque.entity.exchange.types import Cells, Job, Unreadable
from torque.errors import InvalidParams
from torque.model.compile import CompiledEntity, CompiledField, CompiledModel
from torque.model.definition.field_type import file_type
from torque.model.infer.references import cyclic
from torque.types import new_id, utc_now

_REFERRED = 1_000
_LINKED = 3
_TRIALS = 100
_FILLED = 0.9
"""How many of the values that need not be there are."""


class Files(Protocol):
    """Where files of made-up records come from."""

    def can(self, entity_type: str, field_name: str, number: int) -> bool:
        """Tell whether a file can be made for a field."""

    async def make(self, entity_type: str, field_name: str, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Keep a file of each of these numbers; return what records hold of them."""


class Seeding(msgspec.Struct, frozen=True):
    """What to load; `left_out` says why an entity gets no records."""

    jobs: list[Job]
    left_out: dict[str, str]


async def seed_jobs(
    db: Database, app: RunningApplication, count: int, seed: int, only: Sequence[str] = (), files: Files | None = None
) -> Seeding:
    """Return what to load for `count` records of each entity, what others refer to first.

    Raises
    ------
    InvalidParams
        When an entity does not exist, or its unique fields have too few different values; when there is none that can
        have records.
    """
    model = app.model
    unknown = [name for name in only if name not in model.entities]
    if unknown:
        raise InvalidParams(f"There is no entity '{unknown[0]}'; there are {', '.join(model.entities)}.")
    counts = {row["entity_type"]: int(row["n"]) for row in await db.fetch(Q.counts, app.id)}
    starts = {name: counts.get(entity.key, 0) for name, entity in model.entities.items()}
    left_out = without_files(model, set(only or model.entities), starts, files)
    chosen = set(only or model.entities) - left_out.keys()
    if left_out and not chosen:
        raise InvalidParams(" ".join(left_out.values()))
    needed = _needed(model, chosen, counts, count)
    existing = {
        name: [row["id"] for row in await db.fetch(Q.some_ids, app.id, entity.key, needed.get(name, _REFERRED))]
        for name, entity in model.entities.items()
        if name not in chosen
    }
    made = Made(seed, count, frozenset(chosen), existing)
    links = {name: [f.target for f in model.entities[name].references if f.target] for name in sorted(chosen)}
    tables = {name: SeedRows(made, model.entities[name], starts[name], {
        end: one.other for end, one in many_of(model, name).items() if not one.backward
    }) for name in cyclic(links)}  # fmt: skip
    if files is not None:  # once it is known that there are values enough
        for name, field in ((one, field) for one in tables for field in _filed(model.entities[one])):
            numbers = range(starts[name] + 1, starts[name] + count + 1)
            made.files[name, field.name] = await files.make(name, field.name, numbers)
    return Seeding([Job(entity_type=name, rows=rows) for name, rows in tables.items()], left_out)


def without_files(
    model: CompiledModel, chosen: Set[str], starts: Mapping[str, int], files: Files | None
) -> dict[str, str]:
    """Return which entities can have no records, because no file can be made for them, or for what they refer to."""
    found: dict[str, str] = {}
    for name in sorted(chosen):
        for field in _filed(model.entities[name]):
            if files is None or not files.can(name, field.name, starts[name] + 1):
                kind = file_type(field.definition.field_type)
                types = f" of the types {', '.join(kind.types)}" if kind is not None and kind.types else ""
                found[name] = (
                    f"'{field.name}' of '{name}' must have a file{types}, and none can be made up: "
                    "upload files for these records, or let the field be empty."
                )
    size = -1
    while size != len(found):
        size = len(found)
        for name in sorted(chosen - found.keys()):
            for field in model.entities[name].references:
                if field.required and field.target in found and not starts[field.target]:
                    found[name] = (
                        f"'{field.name}' of '{name}' must refer to one of '{field.target}', and there is none."
                    )
    return found


def _filed(entity: CompiledEntity) -> list[CompiledField]:
    """Return the fields that must have a file."""
    return [field for field in entity.files if field.required and not field.read_only]


def _needed(model: CompiledModel, chosen: Set[str], counts: Mapping[str, int], count: int) -> dict[str, int]:
    """Return how many records must be known of those that are there, where each is referred to only so often."""
    needed: dict[str, int] = {}
    for entity in (model.entities[name] for name in chosen):
        for field in (entity.fields[name] for rule in entity.uniques for name in rule.fields):
            if field.target is not None:
                most = max(_REFERRED, counts.get(entity.key, 0) + count)
                needed[field.target] = max(needed.get(field.target, 0), most)
    return needed


class Made:
    """What all tables of one seeding share.

    Parameters
    ----------
    makes
        Names of the entities that get new records.
    existing
        Ids to refer to, of the others.
    """

    def __init__(self, seed: int, count: int, makes: frozenset[str], existing: dict[str, list[str]]) -> None:
        self.seed = seed
        self._makes = makes
        self.count = count
        self.files: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._existing = existing
        self._nonce = new_id()
        self._head = f"{time.time_ns() // 1_000_000:012x}"

    def id_of(self, entity: str, place: int) -> str:
        """Return the id of the record at a place of this seeding: always the same one, and a UUIDv7."""
        digits = hashlib.blake2b(f"{self._nonce}/{entity}/{place}".encode(), digest_size=10).hexdigest()
        variant = "89ab"[int(digits[3], 16) & 3]
        return f"{self._head[:8]}-{self._head[8:]}-7{digits[:3]}-{variant}{digits[4:7]}-{digits[7:19]}"

    def pick(self, entity: str, random: Random) -> str | None:
        """Return the id of some record; None when there is none."""
        place = random.randrange(self.count)
        if entity in self._makes:
            return self.id_of(entity, place)
        ids = self._existing.get(entity)
        return ids[place % len(ids)] if ids else None

    def targets(self, entity: str, start: int) -> Distinct:
        """Return the records of an entity one after the other; new ones are for the records from `start` on."""
        if entity in self._makes:
            return Distinct(None, lambda number: self.id_of(entity, number - start))
        ids = self._existing.get(entity, [])
        return Distinct(len(ids), ids.__getitem__)


class SeedRows:
    """The made-up records of one entity, as rows with their ids.

    Parameters
    ----------
    start
        How many records there are already.
    links
        Entities that records are linked to many-to-many, by the name of the links.
    """

    exact = True
    typed = True
    size = 0
    position = 0

    def __init__(self, made: Made, entity: CompiledEntity, start: int, links: Mapping[str, str]) -> None:
        self._made = made
        self._entity = entity
        self._start = start
        self._fields = [f for f in entity.fields.values() if not f.system and not f.read_only]
        self._checked = any(constraint.type == "Check" for constraint in entity.definition.constraints)
        self._counted: dict[str, Callable[[int], Any]] = {}
        self._told_apart: set[str] = set()
        for rule in entity.uniques:
            self._tell_apart([entity.fields[name] for name in rule.fields])
        self._links = links
        self.columns: Sequence[str] = ("id", *(field.name for field in self._fields), *links)

    def read(self) -> Iterator[tuple[int, Cells | Unreadable]]:
        """Return the rows."""
        for place in range(self._made.count):
            yield place + 1, self._row(place)

    def _row(self, place: int) -> Cells:
        """Return a record, the first of some that keeps the conditions of its entity."""
        number = self._start + place + 1
        cells: Cells = ()
        for trial in range(_TRIALS if self._checked else 1):
            more = f"/{trial}" if trial else ""
            cells = self._made_of(Random(f"{self._made.seed}/{self._entity.name}/{number}{more}"), place, number)
            if not self._checked or self._keeps_checks(cells):
                break
        return cells

    def _made_of(self, random: Random, place: int, number: int) -> Cells:
        person = Person(random, number)
        cells: list[Any] = [self._made.id_of(self._entity.name, place)]
        for field in self._fields:
            value = self._value(field, random, person, place, number)
            needed = field.required or field.name in self._told_apart
            cells.append(value if needed or random.random() < _FILLED else None)
        for target in self._links.values():
            found = (self._made.pick(target, random) for _ in range(random.randint(0, _LINKED)))
            cells.append([one for one in dict.fromkeys(found) if one is not None])
        return cells

    def _keeps_checks(self, cells: Cells) -> bool:
        values = zip(self._fields, cells[1:], strict=False)
        record = {field.name: value for field, value in values if value is not None}
        errors = self._entity.validator.create(codec.dumps(record), utc_now()).errors
        return all(error["rule"] != "Check" for error in errors)

    def _value(self, field: CompiledField, random: Random, person: Person, place: int, number: int) -> Any:
        if field.name in self._counted:
            return self._counted[field.name](place)
        if file_type(field.definition.field_type) is not None:
            files = self._made.files.get((self._entity.name, field.name))
            file = files[place] if files else None
            return [file] if file and field.is_array else file
        if field.target is None:
            return value_of(field, random, person, number, unique=field.name in self._told_apart)
        if field.target == self._entity.name:
            # only to earlier ones, so that what belongs together is a tree
            first = self._made.id_of(field.target, 0) if field.required else None
            found = self._made.id_of(field.target, random.randrange(place)) if place else first
        else:
            found = self._made.pick(field.target, random)
        return [found] if field.is_array and found is not None else found

    def _tell_apart(self, fields: Sequence[CompiledField]) -> None:
        """Let fields that must be unique together take different values in every record."""
        if len(fields) == 1 and not fields[0].required and self._missing(fields):
            self._counted[fields[0].name] = self._while_there_are(fields[0])
            return
        values = [(field, self._distinct(field)) for field in fields]
        alone = next((one for one in values if one[1] is None or one[1].count is None), None)
        if alone is None and self._missing(fields):
            raise InvalidParams(self._too_few(fields), entity=self._entity.name)
        step = 1
        for field, found in [alone] if alone is not None else values:
            self._told_apart.add(field.name)
            if found is not None:
                self._counted[field.name] = self._turn(found, step)
                step *= found.count or 1

    def _distinct(self, field: CompiledField) -> Distinct | None:
        """Return the different values of a field, by the number of the record."""
        if field.target is None:
            formed = any(rule.type in ("Email", "Url", "Pattern") for rule in field.definition.validation)
            return None if formed else distinct_of(field)
        return self._made.targets(field.target, self._start)

    def _turn(self, found: Distinct, step: int) -> Callable[[int], Any]:
        def value(place: int) -> Any:
            turn = (self._start + place) // step
            return found.nth(turn if found.count is None else turn % found.count)

        return value

    def _while_there_are(self, field: CompiledField) -> Callable[[int], Any]:
        found = self._distinct(field)
        assert found is not None and found.count is not None, "only counted values come to an end"
        return lambda place: found.nth(self._start + place) if self._start + place < (found.count or 0) else None

    def _missing(self, fields: Sequence[CompiledField]) -> bool:
        """Tell whether fields have fewer different values together than there will be records."""
        return self._most(fields) < self._start + self._made.count

    def _most(self, fields: Sequence[CompiledField]) -> float:
        counts = [
            math.inf if (found := self._distinct(f)) is None or found.count is None else found.count for f in fields
        ]
        return math.prod(counts)

    def _too_few(self, fields: Sequence[CompiledField]) -> str:
        most, names = int(self._most(fields)), " and ".join(f"'{field.name}'" for field in fields)
        left = f"seed at most {most - self._start} more" if most > self._start else "no more can be seeded"
        return f"{names} of '{self._entity.name}' must be unique and can have only {most} different values; {left}."
