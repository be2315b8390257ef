"""Older application files that may lie beside the repository: each imports and works."""

import json
from pathlib import Path

import msgspec
import pytest

from torque.model.compile import compile_model
from torque.model.exchange import read_document, write_document
from torque.model.verify import verify

FOLDER = Path(__file__).parents[3].parent / "shared" / "samples"
FILES = [path for path in sorted(FOLDER.glob("*.json")) if not path.name.endswith(".schema.json")]
NOW = "2026-01-01T00:00:00.000000Z"

if FILES:

    @pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
    def test_an_older_file_imports_and_works(path: Path) -> None:
        model, notes = read_document(path.read_bytes())
        assert notes
        assert read_document(write_document(model)) == (model, [])
        assert [finding.message for finding in verify(model) if finding.severity == "Error"] == []
        compiled = compile_model(model, model_id="m", revision=1)
        assert compiled.start_page in compiled.pages
        for page in compiled.pages.values():
            assert json.loads(page.page_bytes("app", NOW))["components"]
        ids = {name: {record["id"] for record in records} for name, records in model.sample_data.items()}
        for name, records in model.sample_data.items():
            entity = compiled.entity(name)
            for record in records:
                prepared = entity.validator.create(msgspec.json.encode(_data(record)), NOW)
                assert prepared.errors == []
            for field in entity.references:
                assert {r[field.name] for r in records if field.name in r} <= ids[str(field.target)]

    @pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
    def test_a_record_can_be_made_through_every_form_of_an_older_file(path: Path) -> None:
        compiled = compile_model(read_document(path.read_bytes())[0], model_id="m", revision=1)
        for form in compiled.forms.values():
            inputs = {field["name"]: field for field in json.loads(form.result)["fields"]}
            entity = compiled.entity(form.entity_type)
            for field in entity.fields.values():
                default = field.definition.default_value is not None
                assert not field.required or default or field.name in inputs
            for name, shown in inputs.items():
                assert shown["field_type"] and shown["label"]
                assert not shown["required"] or not entity.fields[name].system


def _data(record: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in record.items() if name != "id"}
