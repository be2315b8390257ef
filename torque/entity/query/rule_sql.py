"""Ask in SQL which records fulfil a rule."""

from torque.entity.query.sql import Statement, Writer
from torque.entity.types import Condition, Row


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
    condition: Condition, application_id: str, collation: str, row: tuple[str, str, str], states: bytes
) -> Statement:
    """Write the statement that tells which states of a record (id, entity key, creation) fulfil a rule.

    Parameters
    ----------
    states
        A JSON array of what it held. The answer has the places in it.
    """
    writer = Writer(application_id, collation)
    record_id, key, made, held = (writer.argument(value) for value in (*row, states))
    source = (
        f"(SELECT $1::uuid AS application_id, {record_id}::uuid AS id, {key}::text AS entity_type, s.data, "
        f"1 AS version, {made}::text::timestamptz AS created_at, now() AS updated_at, s.place "
        f"FROM jsonb_array_elements({held}::jsonb) WITH ORDINALITY AS s (data, place)) e"
    )
    return Statement(f"SELECT e.place - 1 FROM {source} WHERE {writer.condition(condition, 'e')}", tuple(writer.args))
