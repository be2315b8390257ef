"""A field of an entity: its type, its rules and how it is shown."""

from typing import Any, Literal

from torque.model.definition.base import FieldName, Id, Json, Part
from torque.model.definition.field_type import FieldType

RuleType = Literal["Required", "MinLength", "MaxLength", "Pattern", "Email", "Url", "Range", "Custom"]


class Rule(Part, frozen=True, kw_only=True):
    """One rule that values of a field must fulfil; only severity Error refuses a record."""

    type: RuleType
    value: Any = None
    message: str | None = None
    severity: Literal["Error", "Warning", "Info"] | None = None


class FieldUi(Part, frozen=True, kw_only=True):
    """How a field is shown and edited."""

    component_type: str | None = None
    label: str | None = None
    placeholder: str | None = None
    help_text: str | None = None
    visibility: Literal["Visible", "Hidden", "ReadOnly"] | None = None
    edit_mode: Literal["Editable", "ReadOnly", "Hidden"] | None = None
    show_if: str | None = None
    custom_props: Json = {}


class Field(Part, frozen=True, kw_only=True):
    """One value that every record of an entity may hold."""

    id: Id
    name: FieldName
    key: FieldName | None = None
    display_name: str | None = None
    field_type: FieldType
    required: bool = False
    unique: bool = False
    indexed: bool = False
    default_value: Any = None
    computed: str | None = None
    validation: tuple[Rule, ...] = ()
    ui_config: FieldUi | None = None

    @property
    def storage_key(self) -> str:
        """The JSON key of its values in stored records."""
        return self.key or self.name
