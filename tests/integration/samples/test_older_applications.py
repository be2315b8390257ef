"""Older application files that may lie beside the repository run: records, pages, and editing through each form."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from torque.entity.types import Query
from torque.platform import Platform
from torque.types import Caller

ADMIN = Caller.local("cli")
FOLDER = Path(__file__).parents[3].parent / "shared" / "samples"
FILES = {p.stem: p.read_bytes() for p in sorted(FOLDER.glob("*.json")) if not p.name.endswith(".schema.json")}
VALUES: dict[str, Any] = {
    "TextInput": "Made here",
    "TextArea": "Made here",
    "NumberInput": 4,
    "Checkbox": True,
    "DatePicker": "2026-01-02",
    "DateTimePicker": "2026-01-02T03:04:05Z",
}

if FILES:

    @pytest.mark.parametrize("name", FILES)
    async def test_an_older_application_runs(platform: Platform, name: str) -> None:
        imported = await platform.models.import_document(ADMIN, FILES[name])
        application = await platform.applications.run(ADMIN, imported.model.id)
        app = await platform.catalog.get(application.id)
        for entity, records in app.model.definition.sample_data.items():
            answer = await platform.entities.list(ADMIN, app, Query(entity_type=entity, limit=100))
            assert msgspec.json.decode(answer.result)["pagination"]["total"] == len(records)
        for page in app.model.pages:
            assert msgspec.json.decode((await platform.applications.load_page(ADMIN, app, page)).result)["components"]
        for form in app.model.forms.values():
            made = await _create(platform, app, form.entity_type, msgspec.json.decode(form.result)["fields"])
            changed = dict.fromkeys([field for field, value in made.items() if value == "Made here"], "Changed here")
            answer = await platform.entities.update(ADMIN, app, form.entity_type, made["id"], changed)
            assert msgspec.json.decode(answer.result).items() >= changed.items()


async def _create(platform: Platform, app: Any, entity: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    """Fill in every input that can be filled in, the way a person would."""
    data: dict[str, Any] = {}
    for field in fields:
        if field.get("readOnly"):
            continue
        if "options" in field:
            data[field["name"]] = field["options"][-1]["value"]
        elif field["field_type"] == "ReferenceSelect":
            answer = await platform.entities.list(ADMIN, app, Query(entity_type=field["entity"], limit=1))
            data[field["name"]] = msgspec.json.decode(answer.result)["data"][0]["id"]
        else:
            limit = field.get("validation", {}).get("maxLength", 99)
            value = VALUES[field["field_type"]]
            data[field["name"]] = value[:limit] if isinstance(value, str) else value
    made: dict[str, Any] = msgspec.json.decode((await platform.entities.create(ADMIN, app, entity, data)).result)
    return made
