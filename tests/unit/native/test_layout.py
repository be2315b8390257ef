"""Pages and forms of our own samples, compiled natively: the shapes of the wire."""

import json

import pytest

from torque.native import compile_form, compile_page

CONTEXT = {
    "forms": {"todo_form": "todo"},
    "entities": {
        "todo": {
            "form": "todo_form",
            "columns": ["label"],
            "sort": None,
            "page_size": None,
            "fields": {
                "label": {"label": "Task", "type": "String", "required": True, "checks": {"maxLength": 255}},
                "status": {"label": "Status", "type": "Enum", "default": "open", "options": [{"value": "open"}]},
            },
        }
    },
}


def encoded(value: object) -> bytes:
    return json.dumps(value).encode()


def test_a_page_has_every_member_of_the_wire_and_is_open_at_its_end() -> None:
    button = {"type": "Button", "id": "b", "events": [{"on": "click", "action": {"type": "closeModal"}}]}
    grid = {"type": "DataGrid", "id": "g", "props": {"entityType": "todo"}}
    page = {"id": "p", "title": "List", "components": [{**button, "children": [grid]}]}
    result = json.loads(compile_page(encoded(page), encoded(CONTEXT)) + b"}}")
    assert result["meta"] == {"version": "1.0"}
    assert result["layout"] == {"type": "Single", "rows": 12, "columns": 12}
    (found,) = result["components"]
    assert set(found) == {"type", "id", "position", "props", "style", "events", "children"}
    assert found["props"] == {"onClick": {"type": "closeModal"}}
    (column,) = found["children"][0]["props"]["columns"]
    assert column == {"field": "label", "title": "Task", "sortable": True, "filterable": True, "type": "String"}


def test_a_form_learns_from_the_fields_of_its_entity() -> None:
    form = {"id": "todo_form", "entity_type": "todo", "fields": [{"name": "label"}, {"name": "status"}]}
    result = json.loads(compile_form(encoded(form), encoded(CONTEXT)))
    label, status = result["fields"]
    assert label == {
        "name": "label",
        "field_type": "TextInput",
        "label": "Task",
        "required": True,
        "validation": {"maxLength": 255, "required": True},
    }
    assert (status["field_type"], status["defaultValue"]) == ("Select", "open")


def test_what_is_no_page_is_refused() -> None:
    for page in (b"", b"[]", b"{}", b'{"id":"p","components":[{"id":"x"}]}'):
        with pytest.raises(ValueError, match=r"missing|JSON"):
            compile_page(page, encoded(CONTEXT))
