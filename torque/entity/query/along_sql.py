"""Say in SQL a list in the order of what its records refer to, along that order: only so many are looked up as shown.

That goes for records that have the value. Where a list leaves out records, they are looked up until enough fit, but
not far; what is not found there is found and sorted as a whole.
"""

from typing import Protocol

import msgspec

from torque.entity.query.links_sql import Says, literal
from torque.entity.query.order_sql import beyond, ordered
from torque.entity.types import ListPlan, OrderKey, ValueRef

_ASKED, _SOME = 100, 2
"""How many of the newest records are asked whether they fit, and how many of them make it worth to look for others."""
_READ = 40
"""How many times as many records are looked up as are wanted."""
_PASSED = 200_000
"""How many records of any type are passed by in the order of their ids in search of some: that takes 50 ms."""

_ALL = "rarity AS MATERIALIZED (SELECT true AS common)"
"""Says the same of all records."""


class Sorts(Says, Protocol):
    """What writes the rest of a statement, with its orders."""

    args: list[object]

    def sort(self, key: OrderKey, alias: str) -> str:
        """Write the expression an order key sorts and seeks by."""

    def constant(self, ref: ValueRef, text: str) -> str:
        """Write the value of a cursor as its order key sees it."""

    def records_of(self, key: str) -> str:
        """Write the condition on the records of a type."""


def along(writer: Sorts, plan: ListPlan) -> str:
    """Write the records of a page of all."""
    page = f" LIMIT {plan.limit + 1}" + (f" OFFSET {plan.page * plan.limit}" if plan.page else "")
    return (
        f"WITH {_ALL} "
        f"SELECT e.*, w.o0 FROM ({_walk(writer, plan)}{page}) w "
        "JOIN entities e ON e.application_id = $1 AND e.id = w.id"
    )


def before_missing(writer: Sorts, plan: ListPlan) -> str:
    """Write how many records of those without a value lie on pages before this one."""
    skipped = plan.page * plan.limit
    rest = f"WITH {_ALL} {_walk(writer, plan, in_order=False)} LIMIT {skipped}"
    return f"greatest(0, {skipped} - (SELECT count(*) FROM ({rest}) w))"


def filtered(writer: Sorts, plan: ListPlan, others: str) -> str:
    """Write the records of a page of those that fit.

    Parameters
    ----------
    others
        All that fit, with their order.

    What is looked up one by one stays in the order of the walk: there is no other way to join it.
    """
    last, far = plan.limit + 1 + plan.page * plan.limit, _READ * (plan.limit + 1 + plan.page * plan.limit)
    rarity, fits = _rarity(writer, plan)
    looked_up = "SELECT e.* FROM entities e WHERE e.application_id = $1 AND e.id = w.id OFFSET 0"
    whole = f"(SELECT count(*) FROM near) = {last}"
    if plan.in_sections:  # where all that have the value were looked up, there are no others
        whole += f" OR ((SELECT common FROM rarity) AND (SELECT count(*) FROM walk) < {far})"
    return (
        f"WITH {rarity}, walk AS MATERIALIZED ({_walk(writer, plan)} LIMIT {far}), "
        f"near AS MATERIALIZED (SELECT e.*, w.o0 FROM (SELECT * FROM walk LIMIT {far}) w "
        f"CROSS JOIN LATERAL ({looked_up}) e WHERE {fits} LIMIT {last}), "
        f"reach AS MATERIALIZED (SELECT {whole} AS whole) {_near_or(plan, others)}"
        + (f" OFFSET {plan.page * plan.limit}" if plan.page else "")
    )


def among_missing(writer: Sorts, plan: ListPlan, joins: str, fits: str, chosen: str, others: str) -> str:
    """Write the records of a page of those without the value: they go by id, and often are many.

    Parameters
    ----------
    joins, fits, chosen
        What is joined to the records `e`, what holds of those of the page, and the columns of their order.
    others
        The whole page, found among all.
    """
    backward = plan.seek is not None and plan.seek.backward
    down, after = plan.id_descending != backward, "true"
    if plan.seek is not None and plan.seek.values[0] is None:
        after = f"e.id {'<' if down else '>'} {writer.argument(plan.seek.id)}::uuid"
    rarity, _ = _rarity(writer, plan)
    by, last = "e.id DESC" if down else "e.id", plan.limit + 1
    own = f"e.application_id = {literal(str(writer.args[0]))}::uuid AND {after} AND (SELECT common FROM rarity)"
    first = f"SELECT e.* FROM entities e WHERE {own} ORDER BY {by} LIMIT {_PASSED}"
    first = f"SELECT e.* FROM ({first}) e WHERE {writer.records_of(plan.entity.key)} ORDER BY {by} LIMIT {last * _READ}"
    return (
        f"WITH {rarity}, near AS MATERIALIZED (SELECT e.*{chosen} FROM ({first}) e{joins} WHERE {fits} "
        f"ORDER BY {by} LIMIT {last}), reach AS MATERIALIZED (SELECT count(*) = {last} AS whole FROM near) "
        f"{_near_or(plan, others)}"
    )


def _rarity(writer: Sorts, plan: ListPlan) -> tuple[str, str]:
    """Write whether it is worth to look for records that fit one after the other, and what fits."""
    if plan.condition is None:
        return _ALL, "true"
    fits = writer.condition(plan.condition, "e")
    records = writer.records_of(plan.entity.key)
    newest = f"SELECT e.* FROM entities e WHERE {records} ORDER BY e.created_at DESC, e.id DESC LIMIT {_ASKED}"
    return f"rarity AS MATERIALIZED (SELECT count(*) >= {_SOME} AS common FROM ({newest}) e WHERE {fits})", fits


def _near_or(plan: ListPlan, others: str) -> str:
    """Write a page: what was found near, where that is the whole page, else the others."""
    return (
        "SELECT * FROM (SELECT * FROM near WHERE (SELECT whole FROM reach) "
        f"UNION ALL SELECT * FROM ({others}) e WHERE NOT (SELECT whole FROM reach)) e "
        f"ORDER BY {ordered(plan, ['e.o0'])} LIMIT {plan.limit + 1}"
    )


def _walk(writer: Sorts, plan: ListPlan, *, in_order: bool = True) -> str:
    """Write the ids of records that have the value, each with it, from where a page begins.

    Links are looked up one by one: joined as a whole, they would all be read for a few. A table that only this
    statement has is asked along with each, so that no other process is started for them: that takes longer.
    """
    key, own = plan.order[0], literal(str(writer.args[0])) + "::uuid"
    if key.link is None:
        raise ValueError("This order is not of what records refer to.")
    of_type = f"r.application_id = {own} AND r.entity_type = {literal(key.link.target_key)}"
    after = "true"
    if plan.seek is not None and plan.seek.values[0] is not None:
        place = writer.constant(key.ref, plan.seek.values[0])
        after = beyond(plan, plan.seek.backward, ["r.o0"], [place], f"{writer.argument(plan.seek.id)}::uuid")
        symbol = "<=" if key.descending != plan.seek.backward else ">="
        after += f" AND r.o0 {symbol} {place}"  # a bound that an index of the targets has
    order = f" ORDER BY {ordered(plan, ['r.o0'])}" if in_order else ""
    links = (
        "SELECT l.source_id AS id FROM entity_relationships l, rarity WHERE rarity.common AND l.application_id = $1 "
        f"AND l.target_id = r.id AND l.link_key = {writer.argument(key.link.link_key)} OFFSET 0"
    )
    return (
        f"SELECT e.id, r.o0 FROM "
        f"(SELECT r.id, {writer.sort(msgspec.structs.replace(key, link=None), 'r')} AS o0 FROM entities r "
        f"WHERE {of_type}) r CROSS JOIN LATERAL ({links}) e "
        f"WHERE (SELECT common FROM rarity) AND r.o0 IS NOT NULL AND {after}{order}"
    )
