"""Made-up records for a whole application: as many of each entity, valid references, same seed same values.

Values depend on the seed, the entity and the number of the record alone. Numbers go on from the records that are
there, so that seeding twice adds new ones.
"""

import hashlib
import time
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from torque.application.types import RunningApplication
from torque.db.pool import Database
from torque.entity.exchange.lookup import Q
from torque.entity.exchange.made_up import Person, value_of
from torque.entity.exchange.types import Cells, Job, Unreadable
from torque.errors import InvalidParams
from torque.model.compile import CompiledEntity, CompiledField
from torque.model.infer.references import cyclic
from torque.types import new_id

_REFERRED = 1_000
_FILLED = 0.9
"""How many of the values that need not be there are."""


async def seed_jobs(
    db: Database, app: RunningApplication, count: int, seed: int, only: Sequence[str] = ()
) -> list[Job]:
    """Return what to load for `count` records of each entity, what others refer to first.

    Raises
    ------
    InvalidParams
        When an entity does not exist.
    """
    model = app.model
    unknown = [name for name in only if name not in model.entities]
    if unknown:
        raise InvalidParams(f"There is no entity '{unknown[0]}'; there are {', '.join(model.entities)}.")
    chosen = set(only or model.entities)
    existing = {
        name: [row["id"] for row in await db.fetch(Q.some_ids, app.id, entity.key, _REFERRED)]
        for name, entity in model.entities.items()
        if name not in chosen
    }
    counts = {row["entity_type"]: int(row["n"]) for row in await db.fetch(Q.counts, app.id)}
    made = Made(seed, count, frozenset(chosen), existing)
    links = {name: [f.target for f in model.entities[name].references if f.target] for name in sorted(chosen)}
    return [
        Job(entity_type=name, rows=SeedRows(made, model.entities[name], counts.get(model.entities[name].key, 0)))
        for name in cyclic(links)
    ]


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
        self._existing = existing
        self._nonce = new_id()
        self._head = f"{time.time_ns() // 1_000_000:012x}"

    def id_of(self, entity: str, place: int) -> str:
        """Return the id of the record at a place of this seeding: always the same one, and a UUIDv7."""
        digits = hashlib.blake2b(f"{self._nonce}/{entity}/{place}".encode(), digest_size=10).hexdigest()
        variant = "89ab"[int(digits[3], 16) & 3]
        return f"{self._head[:8]}-{self._head[8:]}-7{digits[:3]}-{variant}{digits[4:7]}-{digits[7:19]}"

    def pick(self, entity: str, random: Random, place: int | None = None) -> str | None:
        """Return the id of some record, or of the one at a place; None when there is none."""
        if place is None:
            place = random.randrange(self.count)
        if entity in self._makes:
            return self.id_of(entity, place % self.count)
        ids = self._existing.get(entity)
        return ids[place % len(ids)] if ids else None


class SeedRows:
    """The made-up records of one entity, as rows with their ids."""

    exact = True
    typed = True
    size = 0
    position = 0

    def __init__(self, made: Made, entity: CompiledEntity, start: int) -> None:
        self._made = made
        self._entity = entity
        self._start = start
        self._fields = [f for f in entity.fields.values() if not f.system and not f.read_only]
        self._ordered = _one_each(entity)
        self.columns: Sequence[str] = ("id", *(field.name for field in self._fields))

    def read(self) -> Iterator[tuple[int, Cells | Unreadable]]:
        """Return the rows."""
        for place in range(self._made.count):
            yield place + 1, self._row(place)

    def _row(self, place: int) -> Cells:
        number = self._start + place + 1
        random = Random(f"{self._made.seed}/{self._entity.name}/{number}")
        person = Person(random, number)
        cells: list[Any] = [self._made.id_of(self._entity.name, place)]
        for field in self._fields:
            needed = field.required or field.unique or field.name in self._ordered
            value = self._value(field, random, person, place, number)
            cells.append(value if needed or random.random() < _FILLED else None)
        return cells

    def _value(self, field: CompiledField, random: Random, person: Person, place: int, number: int) -> Any:
        if field.target is None:
            return number if field.name in self._ordered else value_of(field, random, person, number)
        if field.target == self._entity.name:
            # only to earlier ones, so that what belongs together is a tree
            return self._made.id_of(field.target, random.randrange(place)) if place else None
        one = field.unique or field.name in self._ordered
        found = self._made.pick(field.target, random, place if one else None)
        return [found] if field.is_array and found is not None else found


def _one_each(entity: CompiledEntity) -> frozenset[str]:
    """Return the fields that keep groups of unique fields apart: one of each group takes each value once."""
    chosen = set()
    for rule in entity.uniques:
        if len(rule.fields) < 2:
            continue
        fields = [entity.fields[name] for name in rule.fields]
        numbers = [field.name for field in fields if field.type_name == "Integer"]
        links = [field.name for field in fields if field.target is not None and field.target != entity.name]
        chosen.update((numbers or links)[:1])
    return frozenset(chosen)
