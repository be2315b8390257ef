"""Pages and forms that a model leaves out and an application still needs."""

from torque.model.definition.action import EventHandler, OpenModal
from torque.model.definition.base import SYSTEM_TIMES, readable
from torque.model.definition.entity import Entity
from torque.model.definition.field import Field
from torque.model.definition.form import Form, FormField, FormLayout
from torque.model.definition.model import Model
from torque.model.definition.page import Component, Page, PageLayout, Position

LISTS = frozenset({"List", "Grid"})
RECORD_PAGES = frozenset({"Form", "Detail"})
LIST_COLUMNS = 8


def label_of(entity: Entity) -> str:
    """Return what people call the entity."""
    return entity.display_name or readable(entity.name)


def field_label(field: Field) -> str:
    """Return what people call the field where no page or form says otherwise."""
    return (field.ui_config.label if field.ui_config else None) or field.display_name or readable(field.name)


def is_hidden(field: Field) -> bool:
    """Return whether the field is kept off lists and forms."""
    ui = field.ui_config
    return ui is not None and (ui.visibility == "Hidden" or ui.edit_mode == "Hidden")


def list_columns(entity: Entity) -> tuple[str, ...]:
    """Return the names that lists of the entity show unless a page says otherwise."""
    if entity.ui_config and entity.ui_config.list_view and entity.ui_config.list_view.columns:
        return entity.ui_config.list_view.columns
    shown = [f.name for f in entity.fields if not is_hidden(f) and f.field_type.__class__.__name__ not in _BULKY]
    return tuple(shown[:LIST_COLUMNS])


_BULKY = frozenset({"JsonType", "BinaryType"})


def free_id(wanted: str, taken: set[str]) -> str:
    """Return `wanted`, or the first numbered form of it that nothing is called yet."""
    candidate, number = wanted[:64], 1
    while candidate in taken:
        number += 1
        candidate = f"{wanted[:60]}_{number}"
    return candidate


def entity_forms(model: Model) -> dict[str, str]:
    """Return the id of the form of every entity: the first that is for it, else the derived one."""
    taken = {form.id for form in model.forms}
    first = {form.entity_type: form.id for form in reversed(model.forms)}
    return {e.name: first.get(e.name) or free_id(f"{e.name}_form", taken) for e in model.entities}


def derived_forms(model: Model) -> tuple[Form, ...]:
    """Return a form for every entity without one."""
    forms = entity_forms(model)
    have = {form.id for form in model.forms}
    return tuple(_form(e, forms[e.name]) for e in model.entities if forms[e.name] not in have)


def _form(entity: Entity, form_id: str) -> Form:
    inputs = (f for f in entity.fields if f.name not in SYSTEM_TIMES and not f.computed and not is_hidden(f))
    return Form(
        id=form_id,
        name=label_of(entity),
        entity_type=entity.name,
        fields=tuple(FormField(name=f.name) for f in inputs),
        layout=FormLayout(type="vertical", spacing="medium"),
        submit_action="SaveEntity",
    )


def shown_by(page: Page) -> tuple[str, ...]:
    """Return the entities that a page shows, in order."""
    found = dict.fromkeys(page.target_entities)

    def visit(components: tuple[Component, ...]) -> None:
        for component in components:
            entity = component.props.get("entityType")
            if isinstance(entity, str):
                found[entity] = None
            visit(component.children)

    visit(page.components)
    return tuple(found)


def listed_by(page: Page) -> str | None:
    """Return the entity whose records a page lists: the one of a list, so that it stands for all of them."""
    if page.type not in LISTS:
        return None
    shown = shown_by(page)
    return shown[0] if len(shown) == 1 else None


def derived_pages(model: Model) -> tuple[Page, ...]:
    """Return a list page for every entity that no page lists."""
    listed = {name for page in model.pages if page.type not in RECORD_PAGES for name in shown_by(page)}
    taken = {page.id for page in model.pages}
    forms = entity_forms(model)
    return tuple(
        _list_page(entity, free_id(f"{entity.name}_list", taken), forms[entity.name])
        for entity in model.entities
        if entity.name not in listed
    )


def _list_page(entity: Entity, page_id: str, form_id: str) -> Page:
    create = Component(
        id="new_button",
        type="Button",
        position=Position(row=0, col=0, width=3, height=1),
        props={"label": f"New {label_of(entity)}", "variant": "primary"},
        events=(EventHandler(on="click", action=OpenModal(modal_id=form_id)),),
    )
    grid = Component(
        id="grid",
        type="DataGrid",
        position=Position(row=1, col=0, width=12, height=8),
        props={"entityType": entity.name, "rowActions": ["edit", "delete"]},
    )
    return Page(
        id=page_id,
        name=page_id,
        title=label_of(entity),
        type="List",
        icon=entity.ui_config.icon if entity.ui_config else None,
        in_navigation=True,
        target_entities=(entity.name,),
        layout=PageLayout(type="Single", rows=12, columns=12),
        components=(create, grid),
    )
