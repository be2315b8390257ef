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
    Translation,
    UniqueRule,
)
from torque.model.context import LayoutContext
from torque.model.definition.config import Config, UiConfig
from torque.model.definition.form import Form
from torque.model.definition.model import Model
from torque.model.definition.page import Page
from torque.model.derive import derived_forms, derived_pages, entity_forms, label_of, listed_by, shown_by
from torque.model.translate import Texts, translated, translated_form, translated_page
from torque.native import compile_form, compile_page

__all__ = [
    "CompiledEntity",
    "CompiledField",
    "CompiledForm",
    "CompiledModel",
    "CompiledPage",
    "InboundLink",
    "NavigationItem",
    "Translation",
    "UniqueRule",
    "compile_model",
]

START_PAGE = "start_page"
OUTSIDE_NAVIGATION = frozenset({"Form", "Detail", "Wizard"})


def compile_model(model: Model, *, model_id: str, revision: int, saved: str = "") -> CompiledModel:
    """Return the compiled snapshot of one revision of a model, saved at that time."""
    around = LayoutContext(model)
    config = model.config or Config()
    links = Links(model)
    entities = {entity.name: compile_entity(entity, links, config.performance) for entity in model.entities}
    pages = {p.id: _page(p, around, revision) for p in (*model.pages, *derived_pages(model))}
    ui = config.ui or UiConfig()
    navigation = _navigation(pages)
    return CompiledModel(
        model_id=model_id,
        revision=revision,
        saved=saved,
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
        translations={
            language.lower(): _translation(model, language, texts, revision)
            for language, texts in model.locales.items()
        },
    )


def _translation(model: Model, language: str, texts: Texts, revision: int) -> Translation:
    """Return pages, forms and names in another language; what is derived is translated too, after it was derived."""
    said = translated(model, texts)
    around = LayoutContext(said)
    derived = (translated_page(page, texts) for page in derived_pages(model))
    pages = {p.id: _page(p, around, revision, language) for p in (*said.pages, *derived)}
    forms = (*said.forms, *(translated_form(form, texts) for form in derived_forms(model)))
    return Translation(
        locale=language,
        label=said.display_name or said.name,
        entity_labels={entity.name: label_of(entity) for entity in said.entities},
        pages=pages,
        forms={form.id: _form(form, around) for form in forms},
        navigation=_navigation(pages),
    )


def _navigation(pages: dict[str, CompiledPage]) -> tuple[NavigationItem, ...]:
    return tuple(
        NavigationItem(page_id=page.id, title=page.title, icon=page.icon, path=page.path, entity_type=page.counts)
        for page in pages.values()
        if page.in_navigation
    )


def _page(page: Page, around: LayoutContext, revision: int, locale: str | None = None) -> CompiledPage:
    visible = page.in_navigation
    return CompiledPage(
        id=page.id,
        name=page.name or page.id,
        title=page.title or page.name or page.id,
        path=page.path or f"/{page.id}",
        icon=page.icon,
        in_navigation=page.type not in OUTSIDE_NAVIGATION if visible is None else visible,
        entities=shown_by(page),
        counts=listed_by(page),
        revision=revision,
        locale=locale,
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
