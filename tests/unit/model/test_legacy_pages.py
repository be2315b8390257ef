"""The pages/forms dialect: properties, inline component types, hooks."""

from typing import Any

import msgspec
import pytest

from torque.model.compile import compile_model
from torque.model.definition.model import Model
from torque.model.exchange import read_document, write_document
from torque.model.report import Note
from torque.model.verify import verify

OPEN: dict[str, Any] = {"type": "openModal", "modal_id": "note_form"}
DOCUMENT: dict[str, Any] = {
    "name": "Notes",
    "entities": [
        {
            "id": "e1", "name": "note", "display_name": "Note", "entity_type": "Data",
            "properties": [
                {"id": "n1", "name": "text", "property_type": {"type": "String", "max_length": 80}, "required": True,
                 "validation": {"required": True, "min_length": 2}},
                {"name": "mood", "property_type": {"type": "Enum", "values": ["good", "bad"]}, "default_value": "good"},
                {"name": "about", "property_type": {"type": "Reference", "target_entity": "topic"}},
                {"name": "stars", "property_type": {"type": "Integer", "min": 0, "max": 5},
                 "validation": [{"type": "Pattern", "message": "no value"}]},
            ],
            "lifecycle_hooks": [
                {"event": "onPersist", "xflow": "tell"},
                {"event": "OnDelete", "script": "alert(1)"},
            ],
        },
        {"id": "e2", "name": "topic", "properties": [{"name": "name", "property_type": "String"}]},
    ],
    "pages": [
        {
            "id": "start_page", "name": "start", "title": "Notes", "layout": "Single",
            "components": [
                {"id": "grid", "component_type": {"type": "DataGrid", "entity_type": "note", "page_size": 20,
                 "columns": [{"field": "text", "label": "Text", "width": 200}, "mood"], "form_id": "note_form"},
                 "position": {"row": 1, "col": 0}},
                {"id": "new", "component_type": {"type": "Button", "label": "New", "action": OPEN},
                 "position": {"row": 0, "col": 0}},
                {"id": "head", "component_type": {"type": "Text", "text": "Notes", "variant": "h1"}},
                "footer",
            ],
        }
    ],
    "forms": [
        {
            "id": "note_form", "name": "Note", "entity_type": "note", "layout": "vertical",
            "fields": [{"name": "text", "field_type": "TextInput", "label": "Text", "required": True},
                       {"name": "mood", "field_type": {"type": "Select"}}],
            "validation": [{"rule_type": "Required", "field": "text", "message": "Write something"}],
            "submit_action": {"type": "SaveEntity"},
        }
    ],
    "xflows": [{"id": "tell", "nodes": [{"id": "start", "type": "Start"}, {"id": "end", "type": "End"}],
                "edges": [{"source": "start", "target": "end"}]}],
    "components": [
        {"id": "footer", "component_type": {"type": "Text", "content": "The end"}},
        {"id": "unused", "component_type": {"type": "Chart"}},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def imported() -> tuple[Model, list[Note]]:
    return read_document(msgspec.json.encode(DOCUMENT))


@pytest.fixture(scope="module")
def model(imported: tuple[Model, list[Note]]) -> Model:
    return imported[0]


def test_it_is_exported_as_torque_1_and_reads_back_the_same(model: Model) -> None:
    assert read_document(write_document(model)) == (model, [])


def test_properties_become_fields_with_their_types_and_rules(model: Model) -> None:
    note, topic = model.entities
    assert [(f.name, f.required) for f in note.fields] == [
        ("text", True),
        ("mood", False),
        ("about", False),
        ("stars", False),
    ]
    assert msgspec.to_builtins([f.field_type for f in note.fields]) == [
        {"type": "String", "max_length": 80},
        {"type": "Enum", "values": ("good", "bad")},
        {"type": "Reference", "entity": "topic"},
        {"type": "Integer", "min": 0, "max": 5},
    ]
    rules = [(rule.type, rule.value) for rule in note.fields[0].validation]
    assert rules == [("Required", True), ("MinLength", 2)]
    assert note.fields[3].validation == ()
    assert (note.kind, topic.fields[0].id) == ("Data", "topic_name")


def test_hooks_get_their_new_names_and_those_without_workflow_are_kept_aside(model: Model) -> None:
    hooks = [(hook.event, hook.xflow) for hook in model.entities[0].lifecycle_hooks]
    assert hooks == [("AfterCreate", "tell"), ("AfterUpdate", "tell")]
    assert model.x_legacy["/entities/0/lifecycle_hooks/1"] == {"event": "OnDelete", "script": "alert(1)"}


def test_inline_components_become_props_and_shared_ones_are_copied(model: Model) -> None:
    grid, new, head, footer = model.pages[0].components
    assert grid.props == {
        "entityType": "note",
        "pageSize": 20,
        "columns": [{"field": "text", "width": 200, "title": "Text"}, {"field": "mood"}],
        "formId": "note_form",
    }
    assert msgspec.to_builtins(new.events) == ({"on": "click", "action": OPEN},)
    assert (head.props["content"], footer.props["content"]) == ("Notes", "The end")
    assert model.x_legacy["/components/unused"] == DOCUMENT["components"][1]


def test_pages_forms_and_workflows_get_their_new_shapes(model: Model) -> None:
    page, form, flow = model.pages[0], model.forms[0], model.xflows[0]
    assert page.layout is not None and page.layout.type == "Single"
    assert (form.submit_action, form.fields[1].field_type) == ("SaveEntity", "Select")
    assert form.layout is not None and form.layout.type == "vertical"
    assert list(flow.nodes) == ["start", "end"]


def test_it_works(imported: tuple[Model, list[Note]]) -> None:
    model, notes = imported
    assert [f for f in verify(model) if f.severity == "Error"] == []
    compiled = compile_model(model, model_id="m", revision=1)
    assert compiled.start_page == "start_page"
    assert compiled.form_of("topic") == "topic_form"
    assert {"/entities/0/properties", "/pages/0/layout", "/xflows/0/nodes"} <= {note.path for note in notes}
