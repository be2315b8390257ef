"""Documents: what was written is read back the same, and what cannot be read is refused with every reason."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from tests.unit.model.strategies import models
from torque.errors import ValidationFailed
from torque.model.definition.base import Part
from torque.model.definition.model import Model
from torque.model.exchange import decode_model, encode_model, read_document, write_document

MINIMAL: dict[str, Any] = {"format": "torque/1", "name": "shop"}


def refused(document: Any) -> list[tuple[str, str]]:
    data = document if isinstance(document, bytes) else msgspec.json.encode(document)
    with pytest.raises(ValidationFailed) as caught:
        read_document(data)
    errors: Any = caught.value.details["errors"]
    return [(error["path"], error["message"]) for error in errors]


def with_fields(*fields: dict[str, Any], **entity: Any) -> dict[str, Any]:
    named = [{"id": f"f{i}", "field_type": {"type": "String"}, **field} for i, field in enumerate(fields)]
    return {**MINIMAL, "entities": [{"id": "e", "name": "thing", "fields": named, **entity}]}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(models())
def test_what_is_written_is_read_back_and_written_the_same(model: Model) -> None:
    data = write_document(model)
    again, notes = read_document(data)
    assert again == model
    assert notes == []
    assert write_document(again) == data
    assert decode_model(encode_model(model)) == model


def test_every_default_of_a_definition_is_a_value_that_exists_once() -> None:
    once = (None, True, False, (), 0, 1, 12)
    for kind in _all_parts(Part):
        for field in msgspec.structs.fields(kind):
            if field.default is not msgspec.NODEFAULT:
                assert any(field.default is value for value in once), f"{kind.__name__}.{field.name}"


def _all_parts(kind: type[Part]) -> list[type[Part]]:
    return [found for sub in kind.__subclasses__() for found in (sub, *_all_parts(sub))]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'"text"', b'{"name":"\xff"}', b'{"name":"\\ud800"}', b"[" * 5000])
def test_what_is_no_json_object_is_refused(data: bytes) -> None:
    assert refused(data)[0][0] == ""


def test_every_mistake_is_named_at_once_with_its_path_and_the_nearest_word() -> None:
    document = with_fields({"name": "label", "requird": True}, {"name": "size", "field_type": {"type": "Strin"}})
    document["pages"] = [{"id": "p", "type": "Lst", "components": [{"id": "c"}]}]
    assert refused(document) == [
        ("/entities/0/fields/0/requird", "There is no 'requird' here. Did you mean 'required'?"),
        ("/entities/0/fields/1/field_type/type", "'Strin' is not possible here. Did you mean 'String'?"),
        ("/pages/0/type", "\"Lst\" is not possible here. Did you mean 'List'?"),
        ("/pages/0/components/0/type", "'type' is missing."),
    ]


@pytest.mark.parametrize(
    ("document", "path", "message"),
    [
        ({**MINIMAL, "format": "torque/9"}, "/format", "reads the format 'torque/1'"),
        ({**MINIMAL, "version": "one"}, "/version", "not a legal"),
        ({**MINIMAL, "entities": {}}, "/entities", "{} is not a list."),
        ({**MINIMAL, "config": {"public": "yes"}}, "/config/public", '"yes" is not true or false.'),
        ({**MINIMAL, "xflows": [{"id": "x", "priority": 11}]}, "/xflows/0/priority", "at least 1 and at most 10"),
        ({**MINIMAL, "description": "a\0b"}, "/description", "NUL"),
        (with_fields({"name": "version"}), "/entities/0/fields/0/name", "the record's own"),
        (with_fields({"name": "and"}), "/entities/0/fields/0/name", "a word of filters"),
        (with_fields({"name": "created_at"}), "/entities/0/fields/0/name", "can only be a DateTime"),
        (with_fields({"name": "a b"}), "/entities/0/fields/0/name", "not a legal name"),
        (with_fields({"name": "a\n"}), "/entities/0/fields/0/name", "not a legal name"),
        (with_fields({"name": "a"}, {"name": "a"}), "/entities/0/fields/1/name", "'a' is taken"),
        (with_fields({"name": "a", "id": "x"}, {"name": "b", "id": "x"}), "/entities/0/fields/1/id", "'x' is taken"),
        (with_fields({"name": "a"}, {"name": "b", "key": "a"}), "/entities/0/fields/1/key", "'a' is taken"),
        (with_fields({"name": "a"}, retired_keys=["a"]), "/entities/0/fields/0/key", "retired"),
    ],
)
def test_what_no_model_may_be_is_refused(document: dict[str, Any], path: str, message: str) -> None:
    found = refused(document)
    assert found[0][0] == path
    assert message in found[0][1]


def test_what_nests_too_deep_is_refused() -> None:
    deep: Any = 1
    for _ in range(100):
        deep = [deep]
    assert "Nested deeper" in refused({**MINIMAL, "x_legacy": {"deep": deep}})[0][1]


def test_component_ids_are_unique_over_all_pages() -> None:
    component = {"id": "c", "type": "Text"}
    pages = [{"id": "one", "components": [component]}, {"id": "two", "components": [component]}]
    assert refused({**MINIMAL, "pages": pages}) == [("/pages/1/components/0/id", "The id 'c' is taken already.")]


def test_missing_ids_are_given_and_reported() -> None:
    document = {
        "name": "My Shop",
        "entities": [{"name": "order", "fields": [{"name": "total", "field_type": {"type": "Float"}}]}],
        "pages": [{"name": "home", "components": [{"type": "Text"}, {"type": "Text"}]}],
        "xflows": [{"name": "go", "nodes": {"start": {"type": "Start"}}}],
    }
    model, notes = read_document(msgspec.json.encode(document))
    assert (model.name, model.display_name) == ("my-shop", "My Shop")
    assert (model.entities[0].id, model.entities[0].fields[0].id) == ("order", "order_total")
    assert [c.id for c in model.pages[0].components] == ["home_text", "home_text_2"]
    assert model.xflows[0].nodes["start"].id == "start"
    assert {note.path for note in notes} >= {"/format", "/name", "/entities/0", "/pages/0/components/1"}


def test_what_a_click_does_may_stand_in_the_props_and_moves_to_the_events() -> None:
    action = {"type": "openModal", "modal_id": "form"}
    button = {"id": "b", "type": "Button", "props": {"label": "New", "onClick": action}}
    model, notes = read_document(msgspec.json.encode({**MINIMAL, "pages": [{"id": "p", "components": [button]}]}))
    component = model.pages[0].components[0]
    assert component.props == {"label": "New"}
    assert msgspec.to_builtins(component.events) == ({"on": "click", "action": action},)
    assert [note.path for note in notes] == ["/pages/0/components/0/props/onClick"]


def test_numbers_keep_their_kind_and_size() -> None:
    numbers = {"big": 2**70, "small": 1.5, "whole": 2.0, "exponent": 1e300}
    document = {**MINIMAL, "entities": [], "sample_data": {"thing": [numbers]}}
    model, _ = read_document(msgspec.json.encode(document))
    assert decode_model(encode_model(model)).sample_data["thing"][0] == numbers
