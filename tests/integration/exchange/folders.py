"""Folders of CSV files with manifests that say what must come out: our own, and larger ones where they are at hand."""

import csv
import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
OWN = Path(__file__).parent / "data"
FOLDERS = sorted(
    path.parent for base in (OWN, ROOT.parent / "shared" / "datasets") for path in base.glob("*/manifest.json")
)


def manifest(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what the manifest says of each table."""
    tables: dict[str, dict[str, Any]] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["tables"]
    return tables


def rows_of(folder: Path, table: str) -> list[dict[str, str]]:
    """Return the rows of a table as its file has them."""
    with (folder / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
