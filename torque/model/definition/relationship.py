"""A relationship: cascade and display of a link between two entities, or a many-to-many link itself."""

from typing import Literal

from torque.model.definition.base import EntityName, Id, Part

Cascade = Literal["None", "Delete", "SetNull", "Restrict"]


class RelationshipUi(Part, frozen=True, kw_only=True):
    """Where the linked records are shown."""

    display_in_form: bool = True
    display_in_list: bool = False
    component_type: str | None = None


class Relationship(Part, frozen=True, kw_only=True):
    """A link between two entities. To-one links are their Reference field; this adds cascade and display."""

    id: Id
    name: str
    type: Literal["OneToOne", "OneToMany", "ManyToOne", "ManyToMany"]
    from_entity: EntityName
    to_entity: EntityName
    from_field: str | None = None
    to_field: str | None = None
    cascade: Cascade | None = None
    ui_config: RelationshipUi | None = None

    def holder(self) -> tuple[str, str] | None:
        """Return (entity, field) of the Reference field this relationship is about; None for many-to-many."""
        if self.type == "ManyToMany":
            return None
        if self.type == "OneToMany":
            return (self.to_entity, self.to_field) if self.to_field else None
        return (self.from_entity, self.from_field) if self.from_field else None

    def target(self) -> str:
        """Return the entity that the Reference field points to."""
        return self.from_entity if self.type == "OneToMany" else self.to_entity
