"""Words of older dialects and what they are called now."""

from typing import Any

Json = dict[str, Any]

COMPONENT_TYPES = {"TorqueForm": "Form", "TorqueButton": "Button", "TorqueGrid": "DataGrid", "KPI": "Kpi"}
CASCADES = {"Cascade": "Delete"}
HOOK_EVENTS = {
    "OnCreate": ("BeforeCreate",),
    "OnUpdate": ("BeforeUpdate",),
    "OnDelete": ("BeforeDelete",),
    "onCreate": ("BeforeCreate",),
    "onUpdate": ("BeforeUpdate",),
    "onDelete": ("BeforeDelete",),
    "onPersist": ("AfterCreate", "AfterUpdate"),
    "OnPersist": ("AfterCreate", "AfterUpdate"),
    "onChange": ("AfterUpdate",),
    "OnChange": ("AfterUpdate",),
}
BUTTON_VARIANTS = {"outline": "default", "secondary": "default", "tertiary": "subtle", "link": "subtle"}
FORM_LAYOUTS: dict[str, Json] = {
    "two-column": {"type": "grid", "columns": 2},
    "three-column": {"type": "grid", "columns": 3},
    "stacked": {"type": "vertical"},
    "vertical": {"type": "vertical"},
    "horizontal": {"type": "horizontal"},
}
INPUT_TYPES = {
    "checkbox": "Checkbox",
    "textarea": "TextArea",
    "select": "Select",
    "radio": "Radio",
    "date": "DatePicker",
    "datetime": "DateTimePicker",
    "time": "TimePicker",
    "number": "NumberInput",
    "text": "TextInput",
    "input": "TextInput",
    "file": "FileInput",
    "rich_text": "RichText",
}
NEEDS_VALUE = frozenset({"MinLength", "MaxLength", "Pattern", "Range"})
# Fixed colours and shadows of a light page make text unreadable in the dark scheme.
THEMED_STYLES = frozenset({"backgroundColor", "background", "boxShadow", "color"})


def objects(parts: object) -> list[tuple[int, Json]]:
    """Return the objects of a list with their places; anything else is left to the final check."""
    return [(i, p) for i, p in enumerate(parts) if isinstance(p, dict)] if isinstance(parts, list) else []
