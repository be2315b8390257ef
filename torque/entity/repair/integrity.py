"""What is wrong with a stored record: what its data says against the links and unique values kept beside it. Pure."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from torque import codec
from torque.application.types import RunningApplication
from torque.entity import values
from torque.entity.ends import ends_of
from torque.model.compile import CompiledEntity, CompiledModel
from torque.model.derived import once_per_model
from torque.types import utc_now

Kind = Literal[
    "unknown type", "invalid record", "dangling reference", "missing link", "surplus link", "missing key",
    "surplus key", "value not unique", "wrong count", "wrong summary", "application gone",
]  # fmt: skip

Link = tuple[str, str, int]
"""What it stands under, the target, the position."""
Key = tuple[str, str]
"""The rule and the value."""


class Stored(msgspec.Struct, frozen=True):
    """A record and what is kept beside it."""

    id: str
    entity_key: str
    data: bytes
    links: frozenset[Link]
    keys: frozenset[Key]


class Dangling(msgspec.Struct, frozen=True):
    """References of one field that lead to no record of the right entity."""

    field: str
    targets: frozenset[str]


class Wrong(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one record.

    Parameters
    ----------
    lacking
        What its entity is called, where the model does not know it, or what makes the record invalid.
    """

    stored: Stored
    lacking: tuple[Kind, str] | None = None
    dangling: tuple[Dangling, ...] = ()
    missing_links: frozenset[Link] = frozenset()
    surplus_links: frozenset[Link] = frozenset()
    missing_keys: frozenset[Key] = frozenset()
    surplus_keys: frozenset[Key] = frozenset()

    def __bool__(self) -> bool:
        """True when something is wrong."""
        parts = (self.dangling, self.missing_links, self.surplus_links, self.missing_keys, self.surplus_keys)
        return self.lacking is not None or any(parts)

    def findings(self) -> Iterable[tuple[Kind, str]]:
        """Yield each thing that is wrong, in words."""
        if self.lacking is not None:
            yield self.lacking
        for one in self.dangling:
            for target in sorted(one.targets):
                yield "dangling reference", f"{one.field} refers to {target}, which is not there"
        told: tuple[tuple[Kind, frozenset[Link]], ...] = (
            ("missing link", self.missing_links), ("surplus link", self.surplus_links),
        )  # fmt: skip
        for kind, links in told:
            for key, target, position in sorted(links):
                yield kind, f"{key}[{position}] to {target}"
        values: tuple[tuple[Kind, frozenset[Key]], ...] = (
            ("missing key", self.missing_keys), ("surplus key", self.surplus_keys),
        )  # fmt: skip
        for kind, keys in values:
            for rule, value in sorted(keys):
                yield kind, f"{rule}: {value[:120]}"


def examine(app: RunningApplication, stored: Stored, types: Mapping[str, str]) -> Wrong:
    """Compare a record with what is kept beside it.

    Parameters
    ----------
    types
        Entity keys of the records that its data and its links lead to, as far as these exist.
    """
    entity = app.model.entities_by_key.get(stored.entity_key)
    if entity is None:
        return Wrong(stored=stored, lacking=("unknown type", f"the model knows no entity of key '{stored.entity_key}'"))
    prepared = entity.validator.update(stored.data, b"{}", False, utc_now())
    if prepared.errors:
        first = prepared.errors[0]
        lacking: tuple[Kind, str] = ("invalid record", f"{first['path']}: {first['message']}")
        return Wrong(stored=stored, lacking=lacking)
    wanted = {(key, target, position) for key, target, position in prepared.old_links}
    goals = {field.link_key: app.model.entities[field.target].key for field in entity.references if field.target}
    lost = {link for link in wanted if types.get(link[1]) != goals.get(link[0])}
    own = {link for link in stored.links if link[0] not in _many(app, entity) and not _is_hidden(app, link, types)}
    keys = set(prepared.old_keys)
    return Wrong(
        stored=stored,
        dangling=_dangling(entity, lost),
        missing_links=frozenset(wanted - lost - own),
        surplus_links=frozenset(own - (wanted - lost)) | _astray(app, entity, stored, types),
        missing_keys=frozenset(keys - stored.keys),
        surplus_keys=stored.keys - keys,
    )


def _dangling(entity: CompiledEntity, lost: set[Link]) -> tuple[Dangling, ...]:
    found = []
    for field in entity.references:
        targets = frozenset(target for key, target, _ in lost if key == field.link_key)
        if targets:
            found.append(Dangling(field.name, targets))
    return tuple(found)


def _many(app: RunningApplication, entity: CompiledEntity) -> dict[str, str]:
    """Return the many-to-many relationships that lead from an entity, with the key of the other one."""
    ends = ends_of(app.model)[entity.name]
    return {end.link_key: app.model.entities[end.other].key for end in ends if end.many_to_many and not end.backward}


def _astray(
    app: RunningApplication, entity: CompiledEntity, stored: Stored, types: Mapping[str, str]
) -> frozenset[Link]:
    """Return the many-to-many links that lead to records of another entity than they should."""
    many = _many(app, entity)
    return frozenset(link for link in stored.links if link[0] in many and types.get(link[1]) != many[link[0]])


def _is_hidden(app: RunningApplication, link: Link, types: Mapping[str, str]) -> bool:
    """Tell whether a link belongs to what the model has no more, which may come back, and leads to a record."""
    return link[0] not in _known(app.model) and link[1] in types


@once_per_model
def _known(model: CompiledModel) -> frozenset[str]:
    """Return what the links of a model stand under."""
    return frozenset(end.link_key for ends in ends_of(model).values() for end in ends)


def targets(app: RunningApplication, stored: Stored) -> set[str]:
    """Return the ids that the data and the links of a record lead to."""
    entity = app.model.entities_by_key.get(stored.entity_key)
    found = {link[1] for link in stored.links}
    data = codec.loads(stored.data) if entity is not None else {}
    for field in entity.references if entity is not None else ():
        value = data.get(field.key)
        texts = (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))
        found.update(filter(values.is_id, texts))
    return found


def without(entity: CompiledEntity, wrong: Wrong) -> dict[str, object]:
    """Return the patch that takes dangling references out of a record."""
    data = codec.loads(wrong.stored.data)
    patch: dict[str, object] = {}
    for one in wrong.dangling:
        value = data.get(entity.fields[one.field].key)
        patch[one.field] = [item for item in value if item not in one.targets] if isinstance(value, list) else None
    return patch
