"""Ask in SQL which records fulfil a rule."""

from torque.entity.query.sql import Statement, Writer
from torque.entity.types import Condition


def select_matching(condition: Condition, application_id: str, collation: str, ids: list[str]) -> Statement:
    """Write the statement that tells which of these records fulfil a rule, and at which version."""
    writer = Writer(application_id, collation)
    wanted = writer.argument(ids)
    where = f"e.application_id = $1 AND e.id = ANY({wanted}::uuid[]) AND {writer.condition(condition, 'e')}"
    return Statement(f"SELECT e.id, e.version FROM entities e WHERE {where}", tuple(writer.args))


def check_record(condition: Condition, application_id: str, collation: str, row: tuple[str, str, bytes]) -> Statement:
    """Write the statement that tells whether a record (id, entity key, data), not yet stored, fulfils a rule."""
    writer = Writer(application_id, collation)
    record_id, key, data = (writer.argument(value) for value in row)
    source = (
        f"(SELECT $1::uuid AS application_id, {record_id}::uuid AS id, {key}::text AS entity_type, "
        f"{data}::jsonb AS data, 1 AS version, now() AS created_at, now() AS updated_at) e"
    )
    return Statement(f"SELECT ({writer.condition(condition, 'e')}) IS TRUE FROM {source}", tuple(writer.args))
