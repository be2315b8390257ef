"""The records that every subject holds: the same values, made from their numbers."""

import csv
import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

DAYS = 730
FIRST = datetime.date(2025, 1, 1)
HEADER = ("label", "status", "points", "due")


class Record(msgspec.Struct, frozen=True):
    """One record; `points` is its number."""

    label: str
    status: str
    points: int
    due: str

    def values(self) -> dict[str, Any]:
        """Return the fields by name."""
        return msgspec.structs.asdict(self)


_DUES = [(FIRST + datetime.timedelta(days=day)).isoformat() for day in range(DAYS)]


def record(number: int) -> Record:
    """Return the record of a number: half of them open, their days spread evenly over two years."""
    status = "open" if (number >> 3) & 1 else "closed"
    return Record(f"Record {number}", status, number, _DUES[number * 7919 % DAYS])


def due(number: int) -> str:
    """Return a day, another for every number up to `DAYS`, spread evenly."""
    return _DUES[number * 263 % DAYS]


def records(count: int) -> Iterator[Record]:
    """Return so many records."""
    return (record(number) for number in range(count))


def write_csv(file: Path, count: int) -> Path:
    """Write so many records as CSV, and return the file."""
    with file.open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(HEADER)
        writer.writerows((one.label, one.status, one.points, one.due) for one in records(count))
    return file


def entity(name: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return an entity of a model that holds such records."""
    own: tuple[dict[str, Any], ...] = (
        {"name": "label", "field_type": {"type": "String", "max_length": 255}, "required": True},
        {"name": "status", "field_type": {"type": "Enum", "values": ["open", "closed"]}, "default_value": "open"},
        {"name": "points", "field_type": {"type": "Integer"}},
        {"name": "due", "field_type": {"type": "Date"}},
        *fields,
    )
    return {
        "id": name,
        "name": name,
        "fields": [{**field, "id": f"{name}_{field['name']}"} for field in own],
        **more,
    }


def index(entity_name: str) -> dict[str, Any]:
    """Return the index that answers a filter by status with a sort by day."""
    return {"name": f"{entity_name}_status_due", "fields": ["status", "due"]}


def document(name: str, *entities: dict[str, Any]) -> bytes:
    """Return a model document."""
    return json.dumps({"format": "torque/1", "name": name, "entities": list(entities)}).encode()
