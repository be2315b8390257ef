"""An entity: the type of records, with its fields, rules, looks and behaviour."""

from typing import Annotated, Literal

import msgspec

from torque.model.definition.base import EntityName, Id, Number, Part
from torque.model.definition.constraint import Constraint, Index
from torque.model.definition.field import Field

LifecycleEvent = Literal[
    "BeforeCreate",
    "AfterCreate",
    "BeforeUpdate",
    "AfterUpdate",
    "BeforeDelete",
    "AfterDelete",
    "OnRead",
    "OnValidate",
]


class DiagramPlace(Part, frozen=True, kw_only=True):
    """Where the entity stands in the diagram."""

    x: Number = 0
    y: Number = 0


class Sort(Part, frozen=True, kw_only=True):
    """A field and the direction to sort it in."""

    field: str
    direction: Literal["asc", "desc"] | None = None


class ListFilter(Part, frozen=True, kw_only=True):
    """A filter that lists of the entity offer."""

    field: str
    type: str | None = None
    label: str | None = None


class ListView(Part, frozen=True, kw_only=True):
    """What lists of the entity show unless a page says otherwise."""

    columns: tuple[str, ...] = ()
    default_sort: Sort | None = None
    page_size: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None
    filters: tuple[ListFilter, ...] = ()


class Section(Part, frozen=True, kw_only=True):
    """A titled group of fields."""

    title: str | None = None
    fields: tuple[str, ...] = ()


class DetailView(Part, frozen=True, kw_only=True):
    """How one record is laid out for reading."""

    layout: str | None = None
    sections: tuple[Section, ...] = ()


class FormChecks(Part, frozen=True, kw_only=True):
    """When a form checks what is typed; the server always does."""

    client_side: bool = True
    server_side: bool = True
    real_time: bool = True


class FormView(Part, frozen=True, kw_only=True):
    """How derived forms of the entity are laid out."""

    layout: str | None = None
    validation: FormChecks | None = None


class EntityUi(Part, frozen=True, kw_only=True):
    """How an entity is shown."""

    icon: str | None = None
    color: str | None = None
    title_field: str | None = None
    diagram: DiagramPlace | None = None
    list_view: ListView | None = None
    detail_view: DetailView | None = None
    form_view: FormView | None = None


class Auditing(Part, frozen=True, kw_only=True):
    """What the audit log keeps about records of the entity."""

    enabled: bool = True
    track_changes: bool = True
    track_access: bool = False


class Caching(Part, frozen=True, kw_only=True):
    """Whether and how long answers about the entity may be kept."""

    enabled: bool = True
    ttl_seconds: Annotated[int, msgspec.Meta(ge=0)] | None = None


class Behavior(Part, frozen=True, kw_only=True):
    """What the platform does around records of the entity."""

    auditing: Auditing | None = None
    caching: Caching | None = None


class LifecycleHook(Part, frozen=True, kw_only=True):
    """A workflow that runs at an event of the entity's records."""

    event: LifecycleEvent
    xflow: str
    enabled: bool = True
    order: int = 0


class Entity(Part, frozen=True, kw_only=True):
    """A type of records."""

    id: Id
    name: EntityName
    key: EntityName | None = None
    display_name: str | None = None
    description: str | None = None
    kind: Literal["Data", "Lookup", "Audit", "Temporary", "View"] | None = None
    fields: tuple[Field, ...] = ()
    retired_keys: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    ui_config: EntityUi | None = None
    behavior: Behavior | None = None
    lifecycle_hooks: tuple[LifecycleHook, ...] = ()

    @property
    def storage_key(self) -> str:
        """What stored records hold as their type."""
        return self.key or self.name

    def field(self, name: str) -> Field | None:
        """Return the field of that name, or None."""
        return next((f for f in self.fields if f.name == name), None)
