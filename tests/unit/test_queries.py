"""Statements are read by name from one or several files; parts that several share stand once."""

from pathlib import Path

import pytest

from torque.db.queries import load_queries

SHARED = """-- About all.

-- name: limits
-- How long to wait.
limits AS (SELECT 1)

-- name: counted
counted AS (SELECT 2)
"""


def written(folder: Path, **files: str) -> list[Path]:
    """Write files and return them."""
    for name, text in files.items():
        (folder / f"{name}.sql").write_text(text)
    return [folder / f"{name}.sql" for name in files]


def test_shared_parts_stand_where_they_are_included(tmp_path: Path) -> None:
    text = "-- name: create\n-- include: limits\nrecords AS (\n  -- which\n  SELECT 3\n)\n-- include: counted, limits\n"
    found = load_queries(*written(tmp_path, shared=SHARED, own=text))
    assert found.create == (
        "limits AS (SELECT 1), records AS (\n  SELECT 3\n), counted AS (SELECT 2), limits AS (SELECT 1)"
    )
    assert dir(found) == ["counted", "create", "limits"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-- name: limits\nSELECT 1;\n", "another file"),
        ("-- name: a\nSELECT 1;\n-- name: a\nSELECT 2;\n", "there twice"),
        ("-- name: a\n-- include: nowhere\nSELECT 1;\n", "includes nowhere"),
        ("SELECT 1;\n-- name: a\n", "text before"),
    ],
)
def test_what_is_doubled_or_missing_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        load_queries(*written(tmp_path, shared=SHARED, own=text))


def test_a_statement_that_is_not_there_is_told_with_its_files(tmp_path: Path) -> None:
    found = load_queries(*written(tmp_path, shared=SHARED, own="-- name: a\nSELECT 1;\n"))
    assert found.a == "SELECT 1"
    with pytest.raises(AttributeError, match=r"shared\.sql, own\.sql has no statement named b"):
        _ = found.b
