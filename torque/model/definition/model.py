"""The whole document of a model in the format `torque/1`."""

from typing import Annotated, Literal

import msgspec

from torque.model.definition.base import Json, Part, Slug
from torque.model.definition.config import Config
from torque.model.definition.entity import Entity
from torque.model.definition.form import Form
from torque.model.definition.page import Page
from torque.model.definition.plugin import Plugin
from torque.model.definition.relationship import Relationship
from torque.model.definition.role import Role
from torque.model.definition.xflow import XFlow

FORMAT = "torque/1"
SEMVER = r"^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$(?!\n)"


class Model(Part, frozen=True, kw_only=True):
    """One application, described completely.

    `retired_keys` holds the storage keys of removed entities, so that an entity made later never meets
    their records.
    """

    format: Literal["torque/1"]
    name: Slug
    display_name: str | None = None
    description: str | None = None
    version: Annotated[str, msgspec.Meta(pattern=SEMVER)] | None = None
    created_by: str | None = None
    config: Config | None = None
    retired_keys: tuple[str, ...] = ()
    entities: tuple[Entity, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    pages: tuple[Page, ...] = ()
    forms: tuple[Form, ...] = ()
    xflows: tuple[XFlow, ...] = ()
    roles: tuple[Role, ...] = ()
    plugins: tuple[Plugin, ...] = ()
    locales: dict[str, dict[str, str]] = {}
    sample_data: dict[str, tuple[Json, ...]] = {}
    x_legacy: Json = {}

    def __post_init__(self) -> None:
        # Settings that are all defaults and none at all mean the same; one of the two, so that inverses are exact.
        if self.config == Config():
            msgspec.structs.force_setattr(self, "config", None)

    def entity(self, name: str) -> Entity | None:
        """Return the entity of that name, or None."""
        return next((e for e in self.entities if e.name == name), None)
