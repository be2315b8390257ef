"""From the roles of a model to the rights of a caller: pure, one permission class for each distinct set.

`admin` may do everything in every application. In a public application everybody may read; whatever
else is allowed stands in a role, and what no role names is denied. A rule whose filter holds
``"{{ caller.id }}"`` or ``"{{ caller.name }}"`` makes the permission class personal.
"""

from collections.abc import Callable, Iterable, Mapping

from torque.access.types import EVERYTHING, NOTHING, EntityRights, Predicate, Rights
from torque.model.compile import CompiledModel
from torque.model.definition.role import EntityGrant, Role
from torque.types import ANONYMOUS, Caller

READING = EntityRights(read=True)
_PLACEHOLDERS: dict[str, Callable[[Caller], str]] = {
    "{{ caller.id }}": lambda caller: caller.id,
    "{{ caller.name }}": lambda caller: caller.name,
}


def roles_of(caller: Caller, model: CompiledModel) -> tuple[Role, ...]:
    """Return the roles of the model that count for a caller: its own and, where anybody may come in, anonymous."""
    names = list(caller.roles)
    if model.public and ANONYMOUS not in names:
        names.append(ANONYMOUS)
    return tuple(model.roles[name] for name in names if name in model.roles)


def is_personal(roles: Iterable[Role]) -> bool:
    """Tell whether a rule names the caller, so that its answers are for nobody else."""
    return any(_mentions(grant.where) for role in roles for grant in role.entities.values())


def compile_rights(caller: Caller, application_id: str, model: CompiledModel, class_id: int) -> Rights:
    """Return what a caller may do in an application of the model."""
    if caller.application_id is not None and caller.application_id != application_id:
        return Rights(class_id=class_id, may_enter=False)
    if caller.is_admin:
        return Rights(class_id=class_id, may_enter=True, admin=True, every_entity=EVERYTHING)
    roles = roles_of(caller, model)
    known = any(name in model.roles and name != ANONYMOUS for name in caller.roles)
    if not (known or model.public):
        return Rights(class_id=class_id, may_enter=False)
    base = READING if model.public else NOTHING
    named = {name for role in roles for name in role.entities}
    return Rights(
        class_id=class_id,
        may_enter=True,
        entities={name: _entity_rights(caller, roles, name, base) for name in sorted(named)},
        xflows=frozenset(ref for role in roles for ref in role.xflows),
        every_entity=base,
    )


def _entity_rights(caller: Caller, roles: tuple[Role, ...], name: str, base: EntityRights) -> EntityRights:
    """Unite the grants of all roles: for each action the widest of those that allow it counts.

    So a role that may only read widens nobody's right to change. What nobody may read by a role is masked as all say.
    """
    named = [(role.name, role.entities[name]) for role in roles if name in role.entities]
    grants = [grant for _, grant in named]
    said = [grant for grant in grants if grant.read or grant.create or grant.update or grant.delete or base.read]
    readers = [grant for who, grant in named if grant.read or (base.read and who == ANONYMOUS)] or said
    writers = [grant for grant in grants if grant.create or grant.update]
    return EntityRights(
        create=any(grant.create for grant in grants),
        read=base.read or any(grant.read for grant in grants),
        update=any(grant.update for grant in grants),
        delete=any(grant.delete for grant in grants),
        where=_predicate(caller, readers),
        create_where=_predicate(caller, [grant for grant in grants if grant.create]),
        update_where=_predicate(caller, [grant for grant in grants if grant.update]),
        delete_where=_predicate(caller, [grant for grant in grants if grant.delete]),
        hidden=_common(grant.hidden_fields for grant in readers),
        read_only=_common(grant.read_only_fields for grant in writers or said),
    )


def _predicate(caller: Caller, grants: list[EntityGrant]) -> Predicate | None:
    if not grants or any(not grant.where for grant in grants):
        return None
    return Predicate(tuple(_resolve_object(grant.where, caller) for grant in grants))


def _common(lists: Iterable[tuple[str, ...]]) -> frozenset[str]:
    sets = [frozenset(names) for names in lists]
    return frozenset.intersection(*sets) if sets else frozenset()


def _resolve_object(where: Mapping[str, object], caller: Caller) -> dict[str, object]:
    return {key: _resolve(value, caller) for key, value in where.items()}


def _resolve(value: object, caller: Caller) -> object:
    """Put the caller where a filter names it."""
    if isinstance(value, str) and value in _PLACEHOLDERS:
        return _PLACEHOLDERS[value](caller)
    if isinstance(value, dict):
        return {key: _resolve(item, caller) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_resolve(item, caller) for item in value]
    return value


def _mentions(value: object) -> bool:
    if isinstance(value, str):
        return value in _PLACEHOLDERS
    if isinstance(value, dict):
        return any(_mentions(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(_mentions(item) for item in value)
    return False


class Classes:
    """Hands out permission classes: one per application, model revision and set of roles.

    Numbers only grow, so an answer stored for a class can never be found by another.
    """

    def __init__(self) -> None:
        self._next = 1
        self._known: dict[str, tuple[CompiledModel, dict[tuple[object, ...], Rights]]] = {}

    def rights(self, caller: Caller, application_id: str, model: CompiledModel) -> Rights:
        """Return the compiled rights of a caller, the same object as long as nothing they rest on has changed."""
        known = self._known.get(application_id)
        if known is None or known[0] is not model:
            known = self._known[application_id] = (model, {})
        elsewhere = caller.application_id is not None and caller.application_id != application_id
        shared = (caller.roles, elsewhere)
        rights = known[1].get(shared)
        if rights is not None:
            return rights
        own = (*shared, caller.id, caller.name)
        rights = known[1].get(own)
        if rights is None:
            personal = not caller.is_admin and is_personal(roles_of(caller, model))
            rights = known[1][own if personal else shared] = compile_rights(caller, application_id, model, self._next)
            self._next += 1
        return rights

    def forget(self, application_id: str) -> None:
        """Drop what is known of an application that is gone."""
        self._known.pop(application_id, None)
