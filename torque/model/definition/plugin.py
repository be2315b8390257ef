"""Component types that a model brings along."""

from typing import Any

from torque.model.definition.base import Id, Part


class PluginComponent(Part, frozen=True, kw_only=True):
    """A component type with the JSON Schema of its props."""

    type: str
    prop_schema: Any = None


class Plugin(Part, frozen=True, kw_only=True):
    """A module that registers component types."""

    id: Id
    name: str | None = None
    module: str
    components: tuple[PluginComponent, ...] = ()
