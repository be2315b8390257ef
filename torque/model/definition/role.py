"""A role: what its holders may do in an application of the model."""

from torque.model.definition.base import Id, Json, Part


class EntityGrant(Part, frozen=True, kw_only=True):
    """What a role may do with the records of one entity; what is absent is denied."""

    create: bool = False
    read: bool = False
    update: bool = False
    delete: bool = False
    where: Json = {}
    hidden_fields: tuple[str, ...] = ()
    read_only_fields: tuple[str, ...] = ()


class Role(Part, frozen=True, kw_only=True):
    """A named set of rights. `admin` and `anonymous` always exist."""

    id: Id
    name: str
    entities: dict[str, EntityGrant] = {}
    xflows: tuple[str, ...] = ()
