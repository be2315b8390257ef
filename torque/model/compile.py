"""Turn a model into its compiled snapshot; the types of the snapshot are in `compiled`."""

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

__all__ = [
    "CompiledEntity",
    "CompiledField",
    "CompiledForm",
    "CompiledModel",
    "CompiledPage",
    "InboundLink",
    "NavigationItem",
    "UniqueRule",
]
