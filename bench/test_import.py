"""Importing CSV rows against a bare COPY. `BENCH_IMPORT_ROWS` and `BENCH_IMPORT_ROUNDS` size it."""

import asyncio
import os
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.harness import Ratio
from bench.importing import database, measure, write_files

ROWS = int(os.environ.get("BENCH_IMPORT_ROWS", "200000"))
ROUNDS = int(os.environ.get("BENCH_IMPORT_ROUNDS", "2"))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The rows as files."""
    return write_files(tmp_path_factory.mktemp("import"), ROWS)


@pytest.fixture(scope="module")
def dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database of its own."""
    with database(tmp_path_factory.mktemp("pg")) as found:
        yield found


@pytest.mark.parametrize("kind", ["plain", "key", "reference", "links"])
def test_import_of_csv_rows(kind: str, dsn: str, files: dict[str, Path], keep: Callable[[Ratio], None]) -> None:
    subject, baseline = asyncio.run(measure(dsn, kind, files, ROWS, ROUNDS))
    ratio = statistics.median(b / s for s, b in zip(subject, baseline, strict=True))
    note = f"{ROWS} rows, {kind}: {statistics.median(subject):.1f} s against {statistics.median(baseline):.1f} s"
    rates = ROWS / statistics.median(subject), ROWS / statistics.median(baseline)
    keep(Ratio(f"import, {ROWS:,} {kind} rows", *rates, ratio, 0.5, unit="rows/s", note=note))
