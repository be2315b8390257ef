"""Turn a model into its compiled snapshot; the types of the snapshot are in `compiled`."""

import msgspec

from torque.model.compile_entity import Links, compile_entity
from torque.model.compiled import (
    CompiledEntity,
    CompiledField,
    CompiledForm,
    CompiledModel,
    CompiledPage,
    InboundLink,
    NavigationItem,
    UniqueRule,
)
from torque.model.context import LayoutContext
from torque.model.definition.config import Config, UiConfig
from torque.model.definition.form import Form
from torque.model.definition.model import Model
from torque.model.definition.page import Page
from torque.model.derive import derived_forms, derived_pages, entity_forms, shown_by
from torque.native import compile_form, compile_page

__all__ = [
    "CompiledEntity",
    "CompiledField",
    "CompiledForm",
    "CompiledModel",
    "CompiledPage",
    "InboundLink",
    "NavigationItem",
    "UniqueRule",
    "compile_model",
]

START_PAGE = "start_page"
OUTSIDE_NAVIGATION = frozenset({"Form", "Detail", "Wizard"})


def compile_model(model: Model, *, model_id: str, revision: int) -> CompiledModel:
    """Return the compiled snapshot of one revision of a model."""
    around = LayoutContext(model)
    config = model.config or Config()
    links = Links(model)
    entities = {entity.name: compile_entity(entity, links, config.performance) for entity in model.entities}
    pages = {p.id: _page(p, around, revision) for p in (*model.pages, *derived_pages(model))}
    ui = config.ui or UiConfig()
    navigation = tuple(
        NavigationItem(page_id=page.id, title=page.title, icon=page.icon, path=page.path)
        for page in pages.values()
        if page.in_navigation
    )
    return CompiledModel(
        model_id=model_id,
        revision=revision,
        name=model.name,
        label=model.display_name or model.name,
        definition=model,
        entities=entities,
        entities_by_key={entity.key: entity for entity in entities.values()},
        pages=pages,
        forms={form.id: _form(form, around) for form in (*model.forms, *derived_forms(model))},
        entity_forms=entity_forms(model),
        xflows={xflow.id: xflow for xflow in model.xflows},
        start_page=_start_page(pages, config.start_page, navigation),
        navigation=navigation,
        roles={role.name: role for role in model.roles},
        public=config.public,
        locale=ui.locale or "en",
        theme=ui.theme or "default",
        color_scheme=ui.color_scheme or "auto",
        languages=tuple(sorted(model.locales)),
    )


def _page(page: Page, around: LayoutContext, revision: int) -> CompiledPage:
    visible = page.in_navigation
    return CompiledPage(
        id=page.id,
        name=page.name or page.id,
        title=page.title or page.name or page.id,
        path=page.path or f"/{page.id}",
        icon=page.icon,
        in_navigation=page.type not in OUTSIDE_NAVIGATION if visible is None else visible,
        entities=shown_by(page),
        revision=revision,
        result=compile_page(msgspec.json.encode(page), around.for_page(page.components)),
    )


def _form(form: Form, around: LayoutContext) -> CompiledForm:
    return CompiledForm(
        id=form.id,
        name=form.name or form.id,
        entity_type=form.entity_type,
        result=compile_form(msgspec.json.encode(form), around.for_form(form.entity_type)),
    )


def _start_page(
    pages: dict[str, CompiledPage], configured: str | None, navigation: tuple[NavigationItem, ...]
) -> str | None:
    if START_PAGE in pages:
        return START_PAGE
    if configured is not None:
        found = pages.get(configured) or next((p for p in pages.values() if p.name == configured), None)
        if found is not None:
            return found.id
    first = navigation[0].page_id if navigation else None
    return first or next(iter(pages), None)
