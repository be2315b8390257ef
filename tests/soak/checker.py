"""Proves that a database is whole: counts, history, links and unique values are exactly those of its records.

Everything is derived anew from the records and the model, and compared with what was kept beside them.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg

from torque.model.compile import CompiledEntity, CompiledModel, compile_model
from torque.model.exchange import decode_model

Row = tuple[Any, ...]


class Applications(msgspec.Struct, frozen=True):
    """One application: its id and its model."""

    id: str
    model: CompiledModel


def check_database(dsn: str) -> list[str]:
    """Return what is wrong in any application of a database."""
    with psycopg.connect(dsn) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found: list[str] = []
        for application in _applications(connection):
            check = _Check(connection, application)
            for problem in (check.counts(), check.history(), check.links(), check.keys(), check.repeats()):
                found += problem
        return found


def _applications(connection: psycopg.Connection[Row]) -> Iterator[Applications]:
    rows = connection.execute(
        "SELECT a.id::text, m.id::text, m.revision, m.document::text FROM torque_applications a"
        " JOIN torque_models m ON m.id = a.model_id"
    ).fetchall()
    for application_id, model_id, revision, document in rows:
        model = compile_model(decode_model(document.encode()), model_id=model_id, revision=revision)
        yield Applications(application_id, model)


class _Check:
    """Looks at one application within one snapshot."""

    def __init__(self, connection: psycopg.Connection[Row], application: Applications) -> None:
        self._connection = connection
        self._application = application
        self._records: dict[str, tuple[CompiledEntity, dict[str, Any], int]] = {}
        entities = application.model.entities_by_key
        for record_id, key, data, version in self._rows(
            "SELECT id::text, entity_type, data, version FROM entities WHERE application_id = %s"
        ):
            self._records[record_id] = (entities[key], data, version)

    def _rows(self, sql: str) -> list[Row]:
        return self._connection.execute(sql, (self._application.id,)).fetchall()

    def counts(self) -> list[str]:
        """The sharded counts add up to the records of each type."""
        rows = Counter(entity.key for entity, _, _ in self._records.values())
        counted: dict[str, int] = dict(
            self._rows("SELECT entity_type, sum(n)::bigint FROM entity_counts WHERE application_id = %s GROUP BY 1")
        )
        return [
            f"count of {key}: {counted.get(key, 0)} kept, {rows.get(key, 0)} records"
            for key in sorted(rows.keys() | counted.keys())
            if counted.get(key, 0) != rows.get(key, 0)
        ]

    def history(self) -> list[str]:
        """Every version has its audit row, every deletion one, and nothing else has any."""
        told: dict[str, Counter[str]] = {}
        for record_id, action, n in self._rows(
            "SELECT entity_id::text, action, count(*) FROM audit_log WHERE application_id = %s GROUP BY 1, 2"
        ):
            told.setdefault(record_id, Counter())[action] = n
        found = []
        for record_id, (entity, _, version) in self._records.items():
            actions = told.get(record_id, Counter())
            expected = {"create": 1, "update": version - 1, "delete": 0}
            if entity.audited and any(actions[action] != n for action, n in expected.items()):
                found.append(f"audit of {entity.name} {record_id} at version {version}: {dict(actions)}")
        for record_id in told.keys() - self._records.keys():
            if (told[record_id]["create"], told[record_id]["delete"]) != (1, 1):
                found.append(f"audit of {record_id}, which is gone: {dict(told[record_id])}")
        return found

    def links(self) -> list[str]:
        """The links are those of the reference fields, and each leads to a record of the right entity."""
        kept = set(
            self._rows(
                "SELECT link_key, source_id::text, target_id::text, position"
                " FROM entity_relationships WHERE application_id = %s"
            )
        )
        derived, found = set(), []
        for record_id, (entity, data, _) in self._records.items():
            for field in entity.references:
                value = data.get(field.key)
                for position, target in enumerate(value if isinstance(value, list) else [value] if value else []):
                    derived.add((field.link_key, record_id, target, position))
                    goal = self._records.get(target)
                    if goal is None or goal[0].name != field.target:
                        found.append(
                            f"{entity.name} {record_id} refers by {field.name} to {target}, which is not there"
                        )
        found += [f"link without a reference: {link}" for link in sorted(kept - derived)]
        return found + [f"reference without a link: {link}" for link in sorted(derived - kept)]

    def keys(self) -> list[str]:
        """The unique values are those of the records."""
        kept = set(
            self._rows("SELECT constraint_id, value, entity_id::text FROM entity_keys WHERE application_id = %s")
        )
        derived = set()
        for record_id, (entity, data, _) in self._records.items():
            prepared = entity.validator.update(msgspec.json.encode(data), b"{}", False, "2026-01-01T00:00:00.000000Z")
            derived |= {(constraint, value, record_id) for constraint, value in prepared.keys}
        found = [f"unique value without a record: {key}" for key in sorted(kept - derived)]
        return found + [f"record without its unique value: {key}" for key in sorted(derived - kept)]

    def repeats(self) -> list[str]:
        """What an idempotency key remembers was done: the record is there, or was deleted since."""
        rows = self._rows(
            "SELECT k.method, k.result ->> 'id' FROM idempotency_keys k WHERE k.application_id = %s AND NOT EXISTS"
            " (SELECT 1 FROM audit_log a WHERE a.application_id = k.application_id"
            " AND a.entity_id = (k.result ->> 'id')::uuid"
            " AND (k.method <> 'deleteEntity' OR a.action = 'delete'))"
        )
        return [f"remembered {method} of {record_id} was never done" for method, record_id in rows]
