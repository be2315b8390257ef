"""Say in SQL the order of a page and where it goes on. Missing values are a section of their own, after all values."""

from torque.entity.types import ListPlan, OrderKey


def ordered(plan: ListPlan, expressions: list[str]) -> str:
    """Write the order of a page, that of one before a cursor backward."""
    backward = plan.seek is not None and plan.seek.backward
    parts = []
    for expression, key in zip(expressions, plan.order, strict=True):
        nulls = (" NULLS FIRST" if backward else " NULLS LAST") if key.nullable else ""
        parts.append(expression + (" DESC" if key.descending != backward else " ASC") + nulls)
    return ", ".join([*parts, "e.id DESC" if plan.id_descending != backward else "e.id"])


def beyond(plan: ListPlan, backward: bool, expressions: list[str], places: list[str | None], record_id: str) -> str:
    """Write what lies beyond a cursor.

    Parameters
    ----------
    expressions, places
        What each key of the order sorts by, and its value at the cursor, None where that is missing.
    record_id
        The record at the cursor.
    """
    id_symbol = "<" if plan.id_descending != backward else ">"
    if len(places) == 1 and places[0] is not None:
        return f"({expressions[0]}, e.id) {id_symbol} ({places[0]}, {record_id})"
    alternatives, equal = [], ""
    for key, expression, place in zip(plan.order, expressions, places, strict=True):
        step = _step(key, expression, place, backward)
        if step is not None:
            alternatives.append(f"({equal}{step})")
        equal += f"{expression} IS NULL AND " if place is None else f"{expression} = {place} AND "
    alternatives.append(f"({equal}e.id {id_symbol} {record_id})")
    return "(" + " OR ".join(alternatives) + ")"


def _step(key: OrderKey, expression: str, place: str | None, backward: bool) -> str | None:
    """Write that a record's value lies beyond the cursor's in one key; None when nothing can."""
    if place is None:
        return f"{expression} IS NOT NULL" if backward else None
    symbol = "<" if key.descending != backward else ">"
    beyond = f"{expression} {symbol} {place}"
    return f"({beyond} OR {expression} IS NULL)" if key.nullable and not backward else beyond
