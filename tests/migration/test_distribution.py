"""What keeps the way to a distributed database open: keys hold the application, and nothing counts by itself."""

import psycopg
import pytest

from tests.support.databases import Databases

TABLES = """SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND a.attname = 'application_id' AND a.attnotnull"""
"""Tables that lie where their application does."""

UNIQUE = f"""SELECT i.indexrelid::regclass::text, array_agg(a.attname ORDER BY a.attname)::text[]
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
WHERE i.indisunique AND c.relname IN ({TABLES}) GROUP BY i.indexrelid"""
FOREIGN = f"""SELECT k.conname,
    array(SELECT attname FROM pg_attribute WHERE attrelid = k.conrelid AND attnum = ANY(k.conkey))::text[],
    array(SELECT attname FROM pg_attribute WHERE attrelid = k.confrelid AND attnum = ANY(k.confkey))::text[]
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
WHERE k.contype = 'f' AND c.relname IN ({TABLES}) AND t.relname IN ({TABLES})"""
COUNTING = f"""SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relname IN ({TABLES}) AND (a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE '%nextval%')"""


@pytest.fixture(scope="module")
def schema(databases: Databases) -> str:
    """The address of a database with the newest schema."""
    return databases.migrated()


def asked(schema: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(schema) as connection:
        return connection.execute(query.encode()).fetchall()


def test_every_key_of_what_belongs_to_an_application_holds_the_application(schema: str) -> None:
    assert len(asked(schema, TABLES)) > 10
    found = asked(schema, UNIQUE)
    assert "entities_pkey" in [name for name, _ in found]
    assert [name for name, columns in found if "application_id" not in columns] == []


def test_foreign_keys_between_such_tables_are_composite(schema: str) -> None:
    found = asked(schema, FOREIGN)
    assert "entity_relationships_target" in [name for name, *_ in found]
    for name, own, theirs in found:
        assert "application_id" in own and "application_id" in theirs, name


def test_nothing_in_them_is_numbered_by_a_sequence(schema: str) -> None:
    assert asked(schema, COUNTING) == []


def test_what_breaks_these_rules_is_found(schema: str) -> None:
    with psycopg.connect(schema) as connection:
        connection.execute("ALTER TABLE outbox ADD number bigserial, ADD CONSTRAINT narrow UNIQUE (id)")
        connection.execute("ALTER TABLE files ADD CONSTRAINT astray FOREIGN KEY (id) REFERENCES outbox (id)")
        assert ("outbox.number",) in connection.execute(COUNTING.encode()).fetchall()
        assert ("narrow", ["id"]) in connection.execute(UNIQUE.encode()).fetchall()
        assert ("astray", ["id"], ["id"]) in connection.execute(FOREIGN.encode()).fetchall()
        connection.rollback()
