"""What a model is compiled to: immutable snapshots that the request path reads without parsing a document."""

from collections.abc import Mapping

import msgspec

from torque import codec
from torque.errors import NotFound
from torque.model.definition.entity import Entity, Sort
from torque.model.definition.field import Field
from torque.model.definition.model import Model
from torque.model.definition.relationship import Relationship
from torque.model.definition.role import Role
from torque.model.definition.xflow import XFlow
from torque.native import RowMap, Validator


class Compiled(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Base of compiled parts: compared by identity, never changed."""


class CompiledField(Compiled, frozen=True, kw_only=True):
    """A field with everything decided.

    Parameters
    ----------
    target
        Name of the entity that a Reference or Array of Reference points to.
    link_key
        What rows of links stand under: the field's id, for fields with a target.
    unique_id
        What the field's unique key stands under, or None.
    read_only
        True for computed fields and the record's own times; `ui_config.edit_mode` only concerns forms.
    system
        True for `created_at` and `updated_at`, which are columns, never in the data, and always in `fields`.
    """

    name: str
    key: str
    id: str
    display_name: str
    type_name: str
    definition: Field
    target: str | None
    is_array: bool
    link_key: str | None
    required: bool
    unique: bool
    unique_id: str | None
    read_only: bool
    system: bool


class UniqueRule(Compiled, frozen=True, kw_only=True):
    """Field names whose values together occur once; `id` is stable as long as the fields' keys are."""

    id: str
    fields: tuple[str, ...]
    message: str


class InboundLink(Compiled, frozen=True, kw_only=True):
    """A field elsewhere that refers to this entity, and what happens to it when a record goes."""

    entity: str
    field: str
    link_key: str
    cascade: str


class CompiledEntity(Compiled, frozen=True, kw_only=True, weakref=True):
    """An entity with everything decided.

    Parameters
    ----------
    files
        The fields that hold files.
    plain
        Storage keys equal names and no key is retired, so stored data may be spliced as it is.
    cache_ttl
        Seconds answers may be kept, None where neither entity nor model says so, 0.0 where caching is off.
    """

    name: str
    key: str
    display_name: str
    icon: str | None
    definition: Entity
    fields: Mapping[str, CompiledField]
    fields_by_key: Mapping[str, CompiledField]
    references: tuple[CompiledField, ...]
    files: tuple[CompiledField, ...]
    uniques: tuple[UniqueRule, ...]
    title_field: str | None
    search_fields: tuple[str, ...]
    audited: bool
    track_access: bool
    cache_ttl: float | None
    plain: bool
    validator: Validator
    row_map: RowMap
    inbound: tuple[InboundLink, ...]
    default_sort: Sort | None


class CompiledPage(Compiled, frozen=True, kw_only=True):
    """A page ready to be answered.

    `result` is the JSON result of loadPage but for the members of `meta` that revision and request decide;
    `page_bytes` puts them in. So it is the same bytes as long as the page and what it shows are the same.
    """

    id: str
    name: str
    title: str
    path: str
    icon: str | None
    in_navigation: bool
    entities: tuple[str, ...]
    counts: str | None
    revision: int
    result: bytes
    locale: str | None = None

    def page_bytes(self, application_id: str, now: str) -> bytes:
        """Return the complete result of loadPage; a translated page names its language."""
        language = "" if self.locale is None else ',"locale":' + codec.dumps(self.locale).decode()
        tail = f',"modelVersion":{self.revision},"generatedAt":"{now}","appId":"{application_id}"{language}' + "}}"
        return self.result + tail.encode()


class CompiledForm(Compiled, frozen=True, kw_only=True):
    """A form ready to be answered: `result` is the JSON result of getFormDefinition."""

    id: str
    name: str
    entity_type: str
    result: bytes


class NavigationItem(Compiled, frozen=True, kw_only=True):
    """A page that the application's navigation shows."""

    page_id: str
    title: str
    icon: str | None
    path: str
    entity_type: str | None


class Translation(Compiled, frozen=True, kw_only=True):
    """What an application shows in one more language, by the ids and names of the parts."""

    locale: str
    label: str
    entity_labels: Mapping[str, str]
    pages: Mapping[str, CompiledPage]
    forms: Mapping[str, CompiledForm]
    navigation: tuple[NavigationItem, ...]


class CompiledModel(Compiled, frozen=True, kw_only=True, weakref=True):
    """A revision of a model, compiled once and swapped whole.

    `xflows` holds what the document says; whoever runs workflows compiles them.

    Parameters
    ----------
    saved
        When: a restored database gives numbers of revisions again that it gave before.
    """

    model_id: str
    revision: int
    saved: str
    name: str
    label: str
    definition: Model
    entities: Mapping[str, CompiledEntity]
    entities_by_key: Mapping[str, CompiledEntity]
    pages: Mapping[str, CompiledPage]
    forms: Mapping[str, CompiledForm]
    entity_forms: Mapping[str, str]
    xflows: Mapping[str, XFlow]
    start_page: str | None
    navigation: tuple[NavigationItem, ...]
    roles: Mapping[str, Role]
    public: bool
    locale: str
    theme: str
    color_scheme: str
    translations: Mapping[str, Translation]

    @property
    def identity(self) -> tuple[str, int, str]:
        """What tells this snapshot from all others; equal ones say the same."""
        return self.model_id, self.revision, self.saved

    @property
    def relationships(self) -> tuple[Relationship, ...]:
        """The relationships of the document."""
        return self.definition.relationships

    def translation(self, locale: str | None) -> Translation | None:
        """Return what is shown to a reader of this language ("de-AT", "de"), None for the model's own."""
        if not locale or not self.translations:
            return None
        wanted = locale.lower()
        found = self.translations.get(wanted)
        if found is None and wanted != self.locale.lower():
            found = self.translations.get(wanted.partition("-")[0])
        return found

    def entity(self, name: str) -> CompiledEntity:
        """Return the entity of that name. Raises NotFound."""
        found = self.entities.get(name)
        if found is None:
            raise NotFound(f"There is no entity '{name}'.", entityType=name)
        return found

    def page(self, ref: str) -> CompiledPage:
        """Return a page by id, then by name; `start_page` is always the start page. Raises NotFound."""
        if ref == "start_page" and ref not in self.pages and self.start_page is not None:
            return self.pages[self.start_page]
        found = self.pages.get(ref) or next((p for p in self.pages.values() if p.name == ref), None)
        if found is None:
            raise NotFound(f"There is no page '{ref}'.", pageId=ref)
        return found

    def form(self, ref: str) -> CompiledForm:
        """Return a form by id, then by name. Raises NotFound."""
        found = self.forms.get(ref) or next((f for f in self.forms.values() if f.name == ref), None)
        if found is None:
            raise NotFound(f"There is no form '{ref}'.", formId=ref)
        return found

    def form_of(self, entity: str) -> str:
        """Return the id of the form that records of an entity are edited in. Raises NotFound."""
        self.entity(entity)
        return self.entity_forms[entity]

    def xflow(self, ref: str) -> XFlow:
        """Return a workflow by id, then by name. Raises NotFound."""
        found = self.xflows.get(ref) or next((x for x in self.xflows.values() if x.name == ref), None)
        if found is None:
            raise NotFound(f"There is no workflow '{ref}'.", xflowId=ref)
        return found
