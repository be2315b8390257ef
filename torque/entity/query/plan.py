"""Decide what a list reads: request + compiled model + rights → plan. Pure; nothing here knows SQL or waits."""

import msgspec

from torque.access.types import EntityRights
from torque.entity import values
from torque.entity.ends import many_of
from torque.entity.query import cursor as cursors
from torque.entity.query.filters import Reader, conjunction, reference_to, unknown
from torque.entity.types import Condition, Expansion, ListPlan, OrderKey, Query, Scope, Seek, Sort, ValueRef
from torque.errors import InvalidParams, NotFound
from torque.model.compile import CompiledEntity

MAX_LIMIT = 1000
MAX_SORTS = 8
MAX_OFFSET = 100_000
NEWEST_FIRST = (Sort("created_at", True),)
BEST_FIRST = (Sort("relevance", True),)
"""The order of a search that asks for none."""
_UNSORTABLE = ("array", "json")


def plan_list(
    query: Query, application_id: str, scope: Scope, secret: bytes, *, within: Condition | None = None
) -> ListPlan:
    """Plan a list of records.

    Parameters
    ----------
    secret
        Signs cursors.
    within
        A condition besides those of the query.

    Raises
    ------
    NotFound
        When the entity does not exist for the caller.
    InvalidParams
        When a name, value or cursor does not fit, naming the nearest valid word.
    """
    entity, rights = readable(query.entity_type, scope)
    _check_window(query)
    reader = Reader(scope)
    search = reader.search(entity, query.search) if query.search and query.search.split() else None
    condition = conjunction(
        (
            within,
            reader.filters(entity, query.filters),
            search,
            reader.predicate(entity, rights.where),
        )
    )
    if search is not None and search.keys and not query.sort:
        sorts: tuple[Sort, ...] = BEST_FIRST
        order: tuple[OrderKey, ...] = (OrderKey(ValueRef("rank", ""), True, search=search),)
    else:
        sorts = query.sort or default_sorts(entity, rights)
        order = _order(reader, entity, sorts)
    descending = order[-1].descending
    expansions = plan_expand(query.expand, entity, scope, reader)
    bound = cursors.fingerprint(application_id, entity.key, condition, order, query.search)
    plan = ListPlan(
        entity=entity,
        condition=condition,
        order=order,
        id_descending=descending,
        limit=query.limit,
        page=query.page,
        seek=None,
        expansions=expansions,
        answered=answered_fields(query.fields, entity, rights),
        dependencies=frozenset({entity.name, *reader.dependencies}),
        fingerprint=bound,
        sorts=sorts,
    )
    seek = place_of(query, plan, secret)
    return plan if seek is None else msgspec.structs.replace(plan, seek=seek, page=0)


def place_of(query: Query, plan: ListPlan, secret: bytes) -> Seek | None:
    """Return where a query goes on in its list; None without a cursor.

    Raises
    ------
    InvalidParams
        When the cursor is not one of this list, or there is a page besides.
    """
    if query.cursor and query.page:
        raise InvalidParams("Give 'cursor' or 'page', not both.", parameter="cursor")
    return cursors.decode(query.cursor, plan.fingerprint, secret, len(plan.order)) if query.cursor else None


def readable(name: str, scope: Scope) -> tuple[CompiledEntity, EntityRights]:
    """Return an entity that the caller may read, with the rights on it.

    Raises
    ------
    NotFound
        When there is none of that name for the caller.
    """
    entity = scope.model.entities.get(name)
    rights = scope.rights.entity(name)
    if entity is None or not rights.read:
        raise NotFound(f"There is no entity '{name[:80]}', or you may not see it.", entityType=name[:80])
    return entity, rights


def plan_expand(names: tuple[str, ...], entity: CompiledEntity, scope: Scope, reader: Reader) -> tuple[Expansion, ...]:
    """Return the references to follow. A target that the caller may not read simply brings nothing along."""
    hidden, many = scope.rights.entity(entity.name).hidden, many_of(scope.model, entity.name)
    found = []
    for name in dict.fromkeys(names):
        field, end = entity.fields.get(name), many.get(name)
        if end is None and (field is None or field.target is None or name in hidden):
            known = [*(f.name for f in entity.references if f.name not in hidden), *many]
            raise unknown("reference", name, known, f" to expand in '{entity.name}'", parameter="expand")
        target = scope.model.entities[end.other if end is not None else str(field and field.target)]
        rights = scope.rights.entity(target.name)
        if rights.read:
            reader.dependencies.add(target.name)
            rule: Condition | None = reader.predicate(target, rights.where)
            link = None if end is None else (end.link_key, end.backward)
            found.append(
                Expansion(name=name, field=field, link=link, target=target, hidden=rights.hidden, condition=rule)
            )
    return tuple(found)


def answered_fields(
    names: tuple[str, ...] | None, entity: CompiledEntity, rights: EntityRights
) -> frozenset[str] | None:
    """Return the names of the fields to answer, None when that is all of them."""
    if names is None and not rights.hidden:
        return None
    visible = [name for name, field in entity.fields.items() if name not in rights.hidden and not field.system]
    if names is not None:
        for name in names:
            if name not in visible and name not in values.COLUMNS and name != "entity_type":
                raise unknown("field", name, visible, f" in '{entity.name}'", parameter="fields")
        return frozenset(name for name in names if name in visible)
    return frozenset(visible)


def default_sorts(entity: CompiledEntity, rights: EntityRights) -> tuple[Sort, ...]:
    """Return the order of a list that asks for none."""
    chosen = entity.default_sort
    if chosen is None or chosen.field in rights.hidden:
        return NEWEST_FIRST
    field = entity.fields.get(chosen.field)
    if chosen.field not in values.COLUMNS and (field is None or values.reference_of(field).kind in _UNSORTABLE):
        return NEWEST_FIRST
    return (Sort(chosen.field, chosen.direction == "desc"),)


def _order(reader: Reader, entity: CompiledEntity, sorts: tuple[Sort, ...]) -> tuple[OrderKey, ...]:
    if len(sorts) > MAX_SORTS:
        raise InvalidParams(f"A list sorts by at most {MAX_SORTS} fields.", parameter="sortBy")
    keys = []
    for sort in sorts:
        place = reader.place(entity, sort.field)
        ref = reference_to(place)
        many = len(place.links) > 1 or any(link.many for link in place.links)
        guarded = any(guard is not None for guard in place.guards)
        if ref.kind in _UNSORTABLE or many or guarded:
            raise InvalidParams(f"A list cannot be sorted by '{sort.field}'.", field=sort.field)
        keys.append(OrderKey(ref, sort.descending, place.links[0] if place.links else None))
    return tuple(keys)


def _check_window(query: Query) -> None:
    if not 1 <= query.limit <= MAX_LIMIT:
        raise InvalidParams(f"'limit' lies between 1 and {MAX_LIMIT}.", parameter="limit")
    if query.page < 0 or query.page * query.limit > MAX_OFFSET:
        raise InvalidParams(f"'page' starts at 0; beyond record {MAX_OFFSET} go on with 'cursor'.", parameter="page")
