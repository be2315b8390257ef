"""What an entity is linked to, seen from one of its records: references out and in, and many-to-many links."""

from typing import Literal

import msgspec

from torque.model.compile import CompiledModel
from torque.model.compile_entity import link_field
from torque.model.derived import once_per_model

Kind = Literal["OneToOne", "OneToMany", "ManyToOne", "ManyToMany"]


class End(msgspec.Struct, frozen=True, kw_only=True):
    """One end of a link, on the records of one entity.

    Parameters
    ----------
    name
        By which filters, `expand` and writes know it; None for one that has no name of its own on this side.
    relationship, relationship_id
        The relationship it belongs to, None for a reference that none names.
    kind
        As seen from this side.
    link_key
        What its links stand under.
    other
        Name of the entity on the other end.
    field
        The Reference field that makes the link, None for many-to-many.
    backward
        True when the links point to the records of this side.
    restricts
        True when a record with such links may not be deleted.
    mirrored
        Both ends of a many-to-many relationship are on this entity.
    """

    name: str | None
    relationship: str | None
    relationship_id: str | None
    kind: Kind
    link_key: str
    other: str
    field: str | None
    backward: bool
    restricts: bool = False
    mirrored: bool = False

    @property
    def log_key(self) -> str:
        """Under what the audit log keeps the links of this end; seen from the other one, it is `far_log_key`."""
        return self.link_key + "<" if self.mirrored and self.backward else self.link_key

    @property
    def far_log_key(self) -> str:
        """Under what the audit log keeps the links of the other end."""
        return self.link_key + "<" if self.mirrored and not self.backward else self.link_key

    @property
    def many_to_many(self) -> bool:
        """True for links that no field holds."""
        return self.field is None


@once_per_model
def ends_of(model: CompiledModel) -> dict[str, tuple[End, ...]]:
    """Return the ends of every entity of a model, by the entity's name."""
    about = {link: r for r in model.definition.relationships if (link := link_field(model.definition, r)) is not None}
    found: dict[str, list[End]] = {name: [] for name in model.entities}
    for entity in model.entities.values():
        for field in entity.references:
            if field.target is None or field.link_key is None:
                continue
            relationship = about.get((entity.name, field.name))
            single = field.unique or (relationship is not None and relationship.type == "OneToOne")
            out: Kind = "ManyToMany" if field.is_array else ("OneToOne" if single else "ManyToOne")
            back: Kind = "ManyToMany" if field.is_array else ("OneToOne" if single else "OneToMany")
            name, its_id = (relationship.name, relationship.id) if relationship else (None, None)
            free = name if name not in model.entities[field.target].fields else None
            for owner, end in (
                (entity.name, End(name=field.name, relationship=name, relationship_id=its_id, kind=out,
                                  link_key=field.link_key, other=field.target, field=field.name, backward=False)),
                (field.target, End(name=free, relationship=name, relationship_id=its_id, kind=back,
                                   link_key=field.link_key, other=entity.name, field=field.name, backward=True)),
            ):  # fmt: skip
                found[owner].append(end)
    _add_many(model, found)
    return {name: tuple(ends) for name, ends in found.items()}


def many_of(model: CompiledModel, entity: str) -> dict[str, End]:
    """Return the many-to-many ends of an entity that have a name."""
    return _many(model).get(entity, {})


def named_ends(model: CompiledModel, entity: str) -> dict[str, End]:
    """Return the ends of an entity that lead to many records and are no field of its own."""
    return _named(model).get(entity, {})


@once_per_model
def _many(model: CompiledModel) -> dict[str, dict[str, End]]:
    return {
        name: {end.name: end for end in ends if end.many_to_many and end.name} for name, ends in ends_of(model).items()
    }


@once_per_model
def _named(model: CompiledModel) -> dict[str, dict[str, End]]:
    return {
        name: {end.name: end for end in ends if end.name and (end.many_to_many or end.backward)}
        for name, ends in ends_of(model).items()
    }


def _add_many(model: CompiledModel, found: dict[str, list[End]]) -> None:
    """Add both ends of every many-to-many relationship, named by its fields, else by its own name."""
    fields = {field.link_key for entity in model.entities.values() for field in entity.references}
    for r in model.definition.relationships:
        if r.type != "ManyToMany" or r.from_entity not in found or r.to_entity not in found:
            continue
        if r.id in fields:  # its links could not be told from those of the field
            continue
        sides = (
            (r.from_entity, r.to_entity, r.from_field or r.name, False),
            (r.to_entity, r.from_entity, r.to_field or (r.name if r.from_entity != r.to_entity else None), True),
        )
        for owner, other, name, backward in sides:
            taken = {end.name for end in found[owner]} | model.entities[owner].fields.keys()
            found[owner].append(
                End(
                    name=None if name in taken else name,
                    relationship=r.name,
                    relationship_id=r.id,
                    kind="ManyToMany",
                    link_key=r.id,
                    other=other,
                    field=None,
                    backward=backward,
                    restricts=r.cascade == "Restrict",
                    mirrored=r.from_entity == r.to_entity,
                )
            )
