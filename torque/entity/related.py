"""What a record refers to, and what refers to it."""

import asyncio
from typing import Any

from torque import codec
from torque.access.types import Rights
from torque.application.types import Answer, RunningApplication
from torque.entity.ends import End, ends_of
from torque.entity.query.filters import unknown
from torque.entity.query.plan import MAX_LIMIT
from torque.entity.reading import Found, Reading
from torque.entity.types import Linked, Query
from torque.errors import InvalidParams


class Related:
    """Answers, for one record, the records on the other end of each of its relationships."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def answer(
        self, app: RunningApplication, rights: Rights, entity_type: str | None, record_id: str,
        relationship: str | None, limit: int,
    ) -> Answer:  # fmt: skip
        """Return `{relationships}`; see `EntityService.relationships`."""
        if not 1 <= limit <= MAX_LIMIT:
            raise InvalidParams(f"'limit' lies between 1 and {MAX_LIMIT}.", parameter="limit")
        entity, row = await self._reading.seen(app, rights, entity_type, record_id)
        ends = [end for end in ends_of(app.model)[entity.name] if _visible(end, rights, entity.name)]
        if relationship is not None:
            chosen = [end for end in ends if relationship in _names(end)]
            if not chosen:
                known = sorted({name for end in ends for name in _names(end) if name is not None})
                raise unknown("relationship", relationship, known, f" of '{entity.name}'", parameter="relationshipType")
            ends = chosen
        found = await asyncio.gather(
            *(
                self._reading.within(
                    app,
                    rights,
                    Query(entity_type=end.other, limit=limit),
                    Linked(end.link_key, row[0], forward=not end.backward),
                )
                for end in ends
            )
        )
        parts = [_part(end, one) for end, one in zip(ends, found, strict=True)]
        return Answer(b'{"relationships":[' + b",".join(parts) + b"]}")


def _visible(end: End, rights: Rights, entity: str) -> bool:
    """Tell whether the caller may know of a link: it sees the other entity and the field that makes the link."""
    if not rights.entity(end.other).read:
        return False
    owner = end.other if end.backward else entity
    return end.field is None or end.field not in rights.entity(owner).hidden


def _names(end: End) -> tuple[str | None, ...]:
    return (end.name, end.relationship, end.relationship_id, end.kind)


def _part(end: End, found: Found) -> bytes:
    head: dict[str, Any] = {
        "relationship": end.relationship,
        "name": end.name,
        "type": end.kind,
        "direction": "in" if end.backward else "out",
        "entityType": end.other,
        "field": end.field,
        "total": found.total,
        "totalIsEstimate": found.estimate,
    }
    return codec.dumps(head)[:-1] + b',"data":' + found.data + b"}"
