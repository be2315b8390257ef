"""Constraints over the fields of an entity, and the indexes its author asks for."""

from typing import Literal

from torque.model.definition.base import Id, Part


class Constraint(Part, frozen=True, kw_only=True):
    """A rule over one or more fields that the database or the validator keeps."""

    id: Id | None = None
    type: Literal["PrimaryKey", "UniqueKey", "ForeignKey", "Check"]
    name: str
    fields: tuple[str, ...] = ()
    message: str | None = None
    expression: str | None = None


class Index(Part, frozen=True, kw_only=True):
    """Fields that are searched or sorted together."""

    id: Id | None = None
    name: str
    fields: tuple[str, ...] = ()
    type: Literal["BTree", "Hash", "Gin", "Gist"] | None = None
    unique: bool = False
