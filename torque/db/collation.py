"""How text sorts in this database: one collation, chosen at the first migration and kept."""

import json

import psycopg
from psycopg.rows import TupleRow

KEY = "text_collation"
_WANTED = ("pg_unicode_fast", "und-x-icu")


def remember_collation(connection: psycopg.Connection[TupleRow], partitions: int) -> str:
    """Choose the best collation the server offers and keep it in `system_config`, beside the partition count."""
    rows = connection.execute(
        """
        SELECT collname FROM pg_collation
        WHERE collname = ANY(%s) AND collnamespace = 'pg_catalog'::regnamespace
          AND collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))
        """,
        (list(_WANTED),),
    ).fetchall()
    offered = {name for (name,) in rows}
    chosen = next((name for name in _WANTED if name in offered), "C")
    for key, value in ((KEY, chosen), ("partitions", partitions)):
        connection.execute("INSERT INTO system_config (key, value) VALUES (%s, %s::jsonb)", (key, json.dumps(value)))
    return chosen
