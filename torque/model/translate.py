"""A model in another language: every label that people read, replaced where the language has a translation of it.

`locales` of a model gives each language a translation under the very words the model has. What it lacks stays as it is.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from torque.model.definition.base import readable
from torque.model.definition.entity import Entity
from torque.model.definition.field import Field, FieldUi
from torque.model.definition.field_type import ArrayType, EnumType, EnumValue, FieldType
from torque.model.definition.form import Form, FormField
from torque.model.definition.model import Model
from torque.model.definition.page import Component, Page

Texts = Mapping[str, str]
S = TypeVar("S", bound=msgspec.Struct)

COMPONENT_TEXTS = ("title", "label", "content", "placeholder", "submitLabel", "cancelLabel")
"""Members of a component's `props` that people read."""


def translated(model: Model, texts: Texts) -> Model:
    """Return the model with all labels of its entities, pages and forms in another language."""
    return msgspec.structs.replace(
        _said(model, texts, "display_name"),
        entities=tuple(_entity(entity, texts) for entity in model.entities),
        pages=tuple(translated_page(page, texts) for page in model.pages),
        forms=tuple(translated_form(form, texts) for form in model.forms),
    )


def translated_page(page: Page, texts: Texts) -> Page:
    """Return one page in another language; one without a title is called by its name."""
    title = page.title or page.name or page.id
    components = tuple(_component(component, texts) for component in page.components)
    return msgspec.structs.replace(page, title=texts.get(title, page.title), components=components)


def translated_form(form: Form, texts: Texts) -> Form:
    """Return one form in another language."""
    return msgspec.structs.replace(
        _said(form, texts, "name"),
        fields=tuple(_input(field, texts) for field in form.fields),
        steps=tuple(_said(step, texts, "title") for step in form.steps),
        validation=tuple(_said(rule, texts, "message") for rule in form.validation),
    )


def _said(part: S, texts: Texts, *names: str) -> S:
    """Return the part with these members translated, as far as the language has them."""
    changes = {name: texts[said] for name in names if (said := getattr(part, name)) is not None and said in texts}
    return msgspec.structs.replace(part, **changes) if changes else part


def _named(part: S, texts: Texts, name: str, otherwise: str) -> S:
    """Return the part with its label translated, also where that is only its name made readable."""
    said = getattr(part, name) or otherwise
    return msgspec.structs.replace(part, **{name: texts[said]}) if said in texts else part


def _entity(entity: Entity, texts: Texts) -> Entity:
    named = _named(entity, texts, "display_name", readable(entity.name))
    return msgspec.structs.replace(named, fields=tuple(_field(field, texts) for field in entity.fields))


def _field(field: Field, texts: Texts) -> Field:
    named = _named(field, texts, "display_name", readable(field.name))
    ui: FieldUi | None = field.ui_config and _said(field.ui_config, texts, "label", "placeholder", "help_text")
    rules = tuple(_said(rule, texts, "message") for rule in field.validation)
    return msgspec.structs.replace(named, ui_config=ui, validation=rules, field_type=_type(field.field_type, texts))


def _type(kind: FieldType, texts: Texts) -> FieldType:
    if isinstance(kind, ArrayType):
        return msgspec.structs.replace(kind, element_type=_type(kind.element_type, texts))
    if isinstance(kind, EnumType):
        return msgspec.structs.replace(kind, values=_options(kind.values, texts))
    return kind


def _options(options: tuple[str | EnumValue, ...], texts: Texts) -> tuple[str | EnumValue, ...]:
    values = (EnumValue(value=option) if isinstance(option, str) else option for option in options)
    return tuple(_named(value, texts, "label", value.value) for value in values)


def _input(field: FormField, texts: Texts) -> FormField:
    said = _said(field, texts, "label", "placeholder", "help")
    return msgspec.structs.replace(said, options=_options(field.options, texts))


def _component(component: Component, texts: Texts) -> Component:
    props: dict[str, Any] = dict(component.props)
    for name in COMPONENT_TEXTS:
        if isinstance(said := props.get(name), str):
            props[name] = texts.get(said, said)
    if isinstance(columns := props.get("columns"), list):
        props["columns"] = [_column(column, texts) for column in columns]
    children = tuple(_component(child, texts) for child in component.children)
    return msgspec.structs.replace(component, props=props, children=children)


def _column(column: Any, texts: Texts) -> Any:
    if isinstance(column, dict) and isinstance(said := column.get("title"), str):
        return {**column, "title": texts.get(said, said)}
    return column
