"""What access decides, as data: rights in one application, tokens, and what it needs to know of an application."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from torque.model.compile import CompiledModel
from torque.native import Stamp
from torque.types import Caller


class Guarded(Protocol):
    """A running application, as far as access has to know it."""

    @property
    def id(self) -> str: ...

    @property
    def model(self) -> CompiledModel: ...

    @property
    def stamp(self) -> Stamp: ...


class Predicate(msgspec.Struct, frozen=True):
    """Which records of an entity a caller may touch: alternatives in the filter grammar of the wire, one must hold."""

    alternatives: tuple[Mapping[str, object], ...]


class EntityRights(msgspec.Struct, frozen=True, kw_only=True):
    """What one caller may do with the records of one entity.

    Parameters
    ----------
    where
        Only records that fulfil it exist for this caller; None means all.
    create_where, update_where, delete_where
        Only such records may be made, changed to and from, or deleted; None means all that exist for this caller.
    hidden
        Names of fields that do not exist for this caller, in answers as in filters.
    read_only
        Names of fields that this caller sees but never sets.
    """

    create: bool = False
    read: bool = False
    update: bool = False
    delete: bool = False
    where: Predicate | None = None
    create_where: Predicate | None = None
    update_where: Predicate | None = None
    delete_where: Predicate | None = None
    hidden: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()

    @property
    def any(self) -> bool:
        """True when the entity exists for this caller at all."""
        return self.create or self.read or self.update or self.delete


NOTHING = EntityRights()
EVERYTHING = EntityRights(create=True, read=True, update=True, delete=True)


class Rights(msgspec.Struct, frozen=True, kw_only=True):
    """The compiled permission set of a caller in one application.

    Parameters
    ----------
    class_id
        Number of the permission class: equal sets share it, so answers may be shared. Never reused in a process.
    may_enter
        False when the application does not exist for this caller.
    """

    class_id: int
    may_enter: bool
    admin: bool = False
    entities: Mapping[str, EntityRights] = {}
    xflows: frozenset[str] = frozenset()
    every_entity: EntityRights = NOTHING

    def entity(self, name: str) -> EntityRights:
        """Return the rights on an entity, by its name in the model."""
        return self.entities.get(name, self.every_entity)

    def xflow(self, *refs: str) -> bool:
        """Tell whether a workflow, known by any of these ids and names, may be run."""
        return self.admin or any(ref in self.xflows for ref in refs)


class Admission(msgspec.Struct, frozen=True):
    """What the native fast path may remember about a caller in an application."""

    credential: bytes
    caller: Caller
    rights: Rights
    stamp: Stamp


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """An API token as it may be shown: everything but its secret."""

    id: str
    name: str
    role: str
    application_id: str | None
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A browser session just begun: its secret leaves the server once, in the cookie."""

    secret: str
    name: str
    role: str
    expires_at: float
