"""A form: which fields of an entity are edited, in which order and with which words."""

from typing import Annotated, Any, Literal

import msgspec

from torque.model.definition.base import Id, Part
from torque.model.definition.field import RuleType
from torque.model.definition.field_type import EnumValue

FormFieldType = Literal[
    "TextInput",
    "TextArea",
    "Select",
    "MultiSelect",
    "Checkbox",
    "Radio",
    "DatePicker",
    "DateTimePicker",
    "TimePicker",
    "NumberInput",
    "ReferenceSelect",
    "JsonEditor",
    "FileInput",
    "RichText",
]


class FormField(Part, frozen=True, kw_only=True):
    """One input of a form. Whatever is left out comes from the field of the entity."""

    id: Id | None = None
    name: str
    field_type: FormFieldType | None = None
    label: str | None = None
    required: bool | None = None
    placeholder: str | None = None
    help: str | None = None
    options: tuple[str | EnumValue, ...] = ()
    show_if: str | None = None
    required_if: str | None = None
    colspan: Annotated[int, msgspec.Meta(ge=1, le=12)] | None = None


class FormLayout(Part, frozen=True, kw_only=True):
    """How inputs are arranged."""

    type: Literal["vertical", "horizontal", "grid"] | None = None
    spacing: Literal["small", "medium", "large"] | None = None
    columns: Annotated[int, msgspec.Meta(ge=1, le=12)] | None = None


class FormStep(Part, frozen=True, kw_only=True):
    """One step of a wizard."""

    title: str
    fields: tuple[str, ...] = ()


class FormRule(Part, frozen=True, kw_only=True):
    """A message of the form's own for a rule of one of its fields."""

    rule_type: RuleType
    field: str
    value: Any = None
    message: str | None = None


class SubmitXFlow(Part, frozen=True, kw_only=True):
    """The workflow that a submitted form runs."""

    xflow_id: str


class CustomSubmit(Part, frozen=True, kw_only=True):
    """Submitting runs a workflow with the form's values as input."""

    custom: SubmitXFlow = msgspec.field(name="Custom")


class Form(Part, frozen=True, kw_only=True):
    """How records of an entity are entered."""

    id: Id
    name: str | None = None
    entity_type: str
    fields: tuple[FormField, ...] = ()
    layout: FormLayout | None = None
    steps: tuple[FormStep, ...] = ()
    validation: tuple[FormRule, ...] = ()
    submit_action: Literal["SaveEntity", "SaveAndClose", "SaveAndNew"] | CustomSubmit | None = None
