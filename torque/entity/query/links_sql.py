"""Say in SQL what is asked of the records behind references and relationships.

These are found by their ids, never among all of their type: that of a record behind a reference is compared so that no
index answers it, and so that the planner still knows how many have it. It believes of a filter on values that hardly
any record fits; were it wrong about the type as well, it would believe in one record and read all others for each.
"""

from typing import Protocol

from torque.entity.types import AllOf, AnyOf, Condition, Exists, Link, Not


class Says(Protocol):
    """What writes the rest of a statement."""

    def argument(self, value: object, /) -> str:
        """Add an argument and return its placeholder."""

    def inner(self) -> str:
        """Return an alias that the statement does not have yet."""

    def condition(self, condition: Condition, alias: str) -> str:
        """Write a condition on the row of that alias."""


def literal(key: str) -> str:
    """Write a storage key as a constant."""
    return "'" + key.replace("'", "''") + "'"


def behind(writer: Says, link: Link, alias: str, inner: str) -> str:
    """Write FROM and WHERE of the record behind a reference to one."""
    return f"FROM entities {inner} WHERE {_record(writer, link, inner, _one(link, alias))}"


def joined(writer: Says, link: Link, alias: str, inner: str) -> tuple[str, str]:
    """Write joins of the record behind a reference to one, where there is one: as the planner likes, and by its id.

    The first can go on in several processes; the second is for few, and does not depend on what the planner knows.
    """
    record = _record(writer, link, inner, _one(link, alias))
    by_id = f"SELECT {inner}.* FROM entities {inner} WHERE {record} OFFSET 0"
    return f" LEFT JOIN entities {inner} ON {record}", f" LEFT JOIN LATERAL ({by_id}) {inner} ON true"


def exists(writer: Says, condition: Exists, alias: str) -> str:
    """Write that there is a record behind a link that fulfils a condition.

    Where links to many are one of several steps, those behind the first are the ids of all that fulfil the rest, found
    once. Row by row all links of all that a row is linked to would be followed; and joined, each step takes as many
    times longer as there are records, where the planner believes in one.
    """
    link, inner = condition.link, writer.inner()
    if link.many:
        links, there = _links(writer, link, alias, inner)
    if steps(condition) > 1 and (link.many or _leads_to_many(condition.part)):
        records = f"{inner}.application_id = $1 AND {inner}.entity_type = {writer.argument(link.target_key)}"
        ids = f"SELECT {inner}.id FROM entities {inner} WHERE {records} AND {writer.condition(condition.part, inner)}"
        if not link.many:
            return f"(({_one(link, alias)} IN ({ids})) IS TRUE)"
        return f"EXISTS (SELECT 1 FROM {links} AND ({there} IN ({ids})) IS TRUE)"
    if not link.many:
        return f"EXISTS (SELECT 1 {behind(writer, link, alias, inner)} AND {writer.condition(condition.part, inner)})"
    record = _record(writer, link, inner, there)
    return (
        f"EXISTS (SELECT 1 FROM entities {inner}, {links} AND {record} AND {writer.condition(condition.part, inner)})"
    )


def _one(link: Link, alias: str) -> str:
    return f"({alias}.data->>{literal(link.key)})::uuid"


def _record(writer: Says, link: Link, inner: str, place: str) -> str:
    kind = f"({inner}.entity_type = {writer.argument(link.target_key)}) IS TRUE"
    return f"{inner}.application_id = $1 AND {kind} AND {inner}.id = {place}"


def _links(writer: Says, link: Link, alias: str, inner: str) -> tuple[str, str]:
    """Write the links of a row, as FROM (its last) and WHERE, and where they lead."""
    here, there = ("target_id", "source_id") if link.backward else ("source_id", "target_id")
    own = f"l{inner}"
    text = f"entity_relationships {own} WHERE {own}.application_id = $1 AND {own}.{here} = {alias}.id"
    return f"{text} AND {own}.link_key = {writer.argument(link.link_key)}", f"{own}.{there}"


def steps(condition: Condition) -> int:
    """Return how many links a condition follows one after the other."""
    if isinstance(condition, Exists):
        return 1 + steps(condition.part)
    if isinstance(condition, Not):
        return steps(condition.part)
    return max(map(steps, condition.parts), default=0) if isinstance(condition, AllOf | AnyOf) else 0


def _leads_to_many(condition: Condition) -> bool:
    if isinstance(condition, Exists):
        return condition.link.many or _leads_to_many(condition.part)
    if isinstance(condition, Not):
        return _leads_to_many(condition.part)
    return isinstance(condition, AllOf | AnyOf) and any(_leads_to_many(part) for part in condition.parts)
