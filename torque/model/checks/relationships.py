"""Checks of relationships: whether they are about a link at all, and what deleting would do."""

from collections.abc import Iterator

from torque.model.checks.inspection import Inspection
from torque.model.definition.field import Field
from torque.model.definition.field_type import ArrayType, ReferenceType
from torque.model.definition.relationship import Relationship
from torque.model.finding import Fix
from torque.model.report import Path


def check_relationships(inspection: Inspection) -> None:
    """Check every relationship, and chains of references that no first record can satisfy."""
    about: dict[tuple[str, str], Relationship] = {}
    for at, relationship, link in inspection.links():
        path: Path = ("relationships", at)
        ends = [
            inspection.entity_named(getattr(relationship, end), (*path, end), (relationship.id, end))
            for end in ("from_entity", "to_entity")
        ]
        if relationship.type == "ManyToMany":
            _shared_links(inspection, relationship, path)
        if relationship.type == "ManyToMany" or None in ends:
            continue
        if link is None:
            _broken(inspection, relationship, path)
            continue
        other = about.setdefault(link, relationship)
        if other is not relationship and (other.cascade or "None") != (relationship.cascade or "None"):
            text = f"'{other.name}' and '{relationship.name}' disagree on what deleting does to '{'.'.join(link)}'."
            inspection.add("contradictory-cascade", (other.id, relationship.id), (*path, "cascade"), text)
        _cascade(inspection, relationship, link, path)
    _circles(inspection)


def _broken(inspection: Inspection, relationship: Relationship, path: Path) -> None:
    inspection.add(
        "broken-relationship",
        (relationship.id,),
        path,
        f"No Reference field links '{relationship.from_entity}' and '{relationship.to_entity}' as"
        f" '{relationship.name}' says.",
        impact="The relationship has no effect.",
        fix=Fix(
            name="Remove the relationship",
            changes=[{"type": "RemoveRelationship", "target": relationship.id}],
        ),
    )


def _shared_links(inspection: Inspection, relationship: Relationship, path: Path) -> None:
    """Refuse links that would stand under the id of a field, whose own links they could not be told from."""
    for entity in inspection.model.entities:
        if any(field.id == relationship.id and _refers(field) for field in entity.fields):
            inspection.add(
                "broken-relationship",
                (relationship.id,),
                (*path, "id"),
                f"'{relationship.name}' has the id of a reference of '{entity.name}'; links stand under this id.",
                impact="The relationship has no effect.",
            )


def _refers(field: Field) -> bool:
    kind = field.field_type
    return isinstance(kind.element_type if isinstance(kind, ArrayType) else kind, ReferenceType)


def _cascade(inspection: Inspection, relationship: Relationship, link: tuple[str, str], path: Path) -> None:
    field = inspection.entities[link[0]].field(link[1])
    if relationship.cascade != "SetNull" or field is None or not field.required:
        return
    inspection.add(
        "contradictory-cascade",
        (relationship.id,),
        (*path, "cascade"),
        f"Deleting should empty '{link[0]}.{link[1]}', which is required.",
        severity="Warning",
        impact="Deleting is refused while records refer to the record, as Restrict does.",
        fix=Fix(
            name="Refuse deleting (Restrict)",
            changes=[{"type": "UpdateRelationship", "target": relationship.id, "set": {"cascade": "Restrict"}}],
        ),
    )


def _circles(inspection: Inspection) -> None:
    needs = {
        entity.name: [
            f.field_type.entity for f in entity.fields if f.required and isinstance(f.field_type, ReferenceType)
        ]
        for entity in inspection.model.entities
    }
    reported: set[frozenset[str]] = set()
    for start in needs:
        for circle in _circles_from(start, needs):
            if frozenset(circle) in reported:
                continue
            reported.add(frozenset(circle))
            at = next(i for i, e in enumerate(inspection.model.entities) if e.name == start)
            way = " → ".join([*circle, circle[0]])
            inspection.add(
                "circular-reference",
                sorted(circle),
                ("entities", at),
                f"Required references go round in a circle: {way}.",
                severity="Warning" if len(circle) == 1 else "Error",
                impact="No first record can be made.",
            )


def _circles_from(start: str, needs: dict[str, list[str]]) -> Iterator[list[str]]:
    ways = [[start]]
    seen = {start}
    while ways:
        way = ways.pop()
        for target in needs.get(way[-1], ()):
            if target == start:
                yield way
            elif target not in seen:
                seen.add(target)
                ways.append([*way, target])
