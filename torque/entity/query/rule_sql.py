"""Ask in SQL which records fulfil a rule."""

from collections.abc import Iterator, Sequence

from torque import codec
from torque.entity.query.sql import Statement
from torque.entity.query.writer import Writer
from torque.entity.types import Condition, Row

PART_BYTES = 4 * 2**20
"""About how much of a record's past is judged at once: each state of it is a whole record."""


def select_matching(condition: Condition, application_id: str, collation: str, ids: list[str]) -> Statement:
    """Write the statement that tells which of these records fulfil a rule."""
    writer = Writer(application_id, collation)
    wanted = writer.argument(ids)
    where = f"e.application_id = $1 AND e.id = ANY({wanted}::uuid[]) AND {writer.condition(condition, 'e')}"
    return Statement(f"SELECT e.id FROM entities e WHERE {where}", tuple(writer.args))


def check_record(condition: Condition, application_id: str, collation: str, row: Row) -> Statement:
    """Write the statement that tells whether a record fulfils a rule as it is given, however it is stored by now."""
    writer = Writer(application_id, collation)
    record_id, data, version, created, updated, key = (writer.argument(value) for value in row)
    source = (
        f"(SELECT $1::uuid AS application_id, {record_id}::uuid AS id, {key}::text AS entity_type, "
        f"{data}::jsonb AS data, {version}::int AS version, {created}::text::timestamptz AS created_at, "
        f"{updated}::text::timestamptz AS updated_at) e"
    )
    return Statement(f"SELECT ({writer.condition(condition, 'e')}) IS TRUE FROM {source}", tuple(writer.args))


def check_states(
    condition: Condition, application_id: str, collation: str, row: tuple[str, str, str], states: Sequence[object]
) -> Iterator[Statement]:
    """Write the statements that tell which states of a record (id, entity key, creation) fulfil a rule, a part in each.

    Parameters
    ----------
    states
        What it held. The answers have the places in them.
    """
    part: list[bytes] = []
    size = first = 0
    for place, state in enumerate(states):
        told = codec.dumps(state)
        if part and size + len(told) > PART_BYTES:
            yield _check_part(condition, application_id, collation, row, part, first)
            part, size, first = [], 0, place
        part.append(told)
        size += len(told)
    if part:
        yield _check_part(condition, application_id, collation, row, part, first)


def _check_part(
    condition: Condition, application_id: str, collation: str, row: tuple[str, str, str], part: list[bytes], first: int
) -> Statement:
    """Write the statement about some states, of which the first has this place among all."""
    writer = Writer(application_id, collation)
    states = b"[" + b",".join(part) + b"]"
    record_id, key, made, held, begin = (writer.argument(value) for value in (*row, states, first))
    source = (
        f"(SELECT $1::uuid AS application_id, {record_id}::uuid AS id, {key}::text AS entity_type, s.data, "
        f"1 AS version, {made}::text::timestamptz AS created_at, now() AS updated_at, s.place "
        f"FROM jsonb_array_elements({held}::jsonb) WITH ORDINALITY AS s (data, place)) e"
    )
    chosen = f"e.place - 1 + {begin}::bigint"
    return Statement(f"SELECT {chosen} FROM {source} WHERE {writer.condition(condition, 'e')}", tuple(writer.args))
