"""From stored rows to answers: JSON bytes in the wire's shape, spliced, without an object per record."""

from collections.abc import Mapping, Sequence
from typing import Any

from torque import codec
from torque.entity.query import cursor as cursors
from torque.entity.query.aggregate import AggregatePlan
from torque.entity.query.sql import COUNTED_TO, LINKED_PREFIX
from torque.entity.types import Expansion, ListPlan, Row, Seek
from torque.model.compile import CompiledEntity
from torque.native import RowMap, splice_row, splice_rows

_MAPS_KEPT = 512


class Encoder:
    """Splices rows, through an allow-list where the stored data may not leave as it is."""

    def __init__(self) -> None:
        self._maps: dict[tuple[int, frozenset[str] | None, tuple[str, ...]], tuple[CompiledEntity, RowMap]] = {}

    def record(
        self, entity: CompiledEntity, row: Row, answered: frozenset[str] | None, links: tuple[str, ...] = ()
    ) -> bytes:
        """Return one record on the wire; `answered` names its fields, None all, `links` its expanded links."""
        return splice_row(entity.name.encode(), row, self.row_map(entity, answered, links))

    def records(
        self, entity: CompiledEntity, rows: Sequence[Row], answered: frozenset[str] | None, links: tuple[str, ...] = ()
    ) -> bytes:
        """Return the JSON array of records."""
        return splice_rows(entity.name.encode(), rows, self.row_map(entity, answered, links))

    def by_id(self, entity: CompiledEntity, rows: Sequence[Row], answered: frozenset[str] | None) -> list[bytes]:
        """Return the members `"<id>": record` of an object of records."""
        return [b'"' + row[0].encode() + b'":' + self.record(entity, row, answered) for row in rows]

    def plain(self, entity: CompiledEntity, row: Row, answered: frozenset[str] | None = None) -> dict[str, Any]:
        """Return one record as an object, where somebody has to look inside."""
        record: dict[str, Any] = codec.loads(self.record(entity, row, answered))
        return record

    def row_map(
        self, entity: CompiledEntity, answered: frozenset[str] | None, links: tuple[str, ...] = ()
    ) -> RowMap | None:
        """Return the allow-list that stored data passes through, None where it may leave as it is; see `record`."""
        if answered is None and not links:
            return None if entity.plain else entity.row_map
        found = self._maps.get((id(entity), answered, links))
        if found is None or found[0] is not entity:  # ids of objects are reused, so the object is compared
            if len(self._maps) >= _MAPS_KEPT:
                self._maps.clear()
            names = answered if answered is not None else {n for n, f in entity.fields.items() if not f.system}
            pairs = [(entity.fields[name].key, name) for name in sorted(names)]
            pairs += [(LINKED_PREFIX + name, name) for name in links]
            found = self._maps[id(entity), answered, links] = (entity, RowMap(pairs))
        return found[1]


def linked(expansions: tuple[Expansion, ...]) -> tuple[str, ...]:
    """Return the names of the links among expansions."""
    return tuple(expansion.name for expansion in expansions if expansion.link is not None)


def list_result(plan: ListPlan, data: bytes, included: bytes, rows: Sequence[Any], total: int, secret: bytes) -> bytes:
    """Return the result of a list.

    Parameters
    ----------
    rows
        As they came: up to one more than the limit, in the direction of the cursor.
    """
    more, backward = len(rows) > plan.limit, plan.seek is not None and plan.seek.backward
    shown = window(plan, rows)
    has_next = bool(shown) and (more or backward)
    has_previous = bool(shown) and ((more if backward else plan.seek is not None) or plan.page > 0)
    estimate = plan.condition is not None and total > COUNTED_TO
    total = COUNTED_TO if estimate else total
    pagination = {
        "page": plan.page,
        "limit": plan.limit,
        "total": total,
        "totalPages": -(-total // plan.limit),
        "totalIsEstimate": estimate,
        "nextCursor": _cursor(plan, shown[-1], False, secret) if has_next else None,
        "prevCursor": _cursor(plan, shown[0], True, secret) if has_previous else None,
    }
    tail = b',"pagination":' + codec.dumps(pagination) + b',"meta":' + _meta(plan) + b"}"
    return b'{"data":' + data + b',"included":' + included + tail


def records_result(plan: ListPlan, data: bytes, included: bytes) -> bytes:
    """Return the result of a query: a list without its pagination."""
    return b'{"data":' + data + b',"included":' + included + b',"meta":' + _meta(plan) + b"}"


def aggregate_result(plan: AggregatePlan, rows: Sequence[Sequence[bytes | None]]) -> bytes:
    """Return the result of an aggregation; each row holds JSON, groups first."""
    names = [codec.dumps(name) + b":" for name in plan.names]
    shown = [
        b"{" + b",".join(name + (value or b"null") for name, value in zip(names, row, strict=True)) + b"}"
        for row in rows[: plan.limit]
    ]
    meta = codec.dumps({"entityType": plan.entity.name, "more": len(rows) > plan.limit})
    return b'{"data":[' + b",".join(shown) + b'],"meta":' + meta + b"}"


def _meta(plan: ListPlan) -> bytes:
    single = plan.sorts[0] if len(plan.sorts) == 1 else None
    several = [{"field": sort.field, "order": _order(sort.descending)} for sort in plan.sorts]
    return codec.dumps(
        {
            "entityType": plan.entity.name,
            "sortBy": single.field if single else several,
            "sortOrder": _order(single.descending) if single else None,
        }
    )


def window(plan: ListPlan, rows: Sequence[Any]) -> Sequence[Any]:
    """Return the rows to show, in the order of the list."""
    shown = rows[: plan.limit]
    return shown[::-1] if plan.seek is not None and plan.seek.backward else shown


def included_object(groups: Mapping[str, Sequence[bytes]]) -> bytes:
    """Return `{"customer": {"<id>": record}}` from the members of each group."""
    found = [codec.dumps(name) + b":{" + b",".join(members) + b"}" for name, members in groups.items()]
    return b"{" + b",".join(found) + b"}"


def with_included(record: bytes, included: bytes) -> bytes:
    """Put the expanded records into a single record, as a member of its own."""
    return record[:-1] + b',"included":' + included + b"}"


def _order(descending: bool) -> str:
    return "desc" if descending else "asc"


def _cursor(plan: ListPlan, row: Any, backward: bool, secret: bytes) -> str:
    values = tuple(row[f"s{i}"] for i in range(len(plan.order)))
    return cursors.encode(Seek(values, row["id"], backward), plan.fingerprint, secret)
