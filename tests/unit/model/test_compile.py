"""Compiled models: labels, derived pages and forms, wire shapes, storage keys, links."""

import json
from typing import Any

import msgspec
import pytest

from torque.errors import NotFound
from torque.model.compile import compile_model
from torque.model.compiled import CompiledModel
from torque.model.exchange import read_document
from torque.samples import sample_document

NOW = "2026-01-01T00:00:00.000000Z"


def compiled(document: dict[str, Any]) -> CompiledModel:
    model, _ = read_document(msgspec.json.encode({"format": "torque/1", "name": "shop", **document}))
    return compile_model(model, model_id="m", revision=3)


def field(name: str, kind: str = "String", **members: Any) -> dict[str, Any]:
    return {"id": f"f_{name}", "name": name, "field_type": {"type": kind}, **members}


def page_of(model: CompiledModel, ref: str) -> Any:
    return json.loads(model.page(ref).page_bytes("app-1", NOW))


@pytest.fixture(scope="module")
def todo() -> CompiledModel:
    return compile_model(read_document(sample_document("todo"))[0], model_id="m", revision=3)


def test_a_page_answers_in_the_shape_of_the_wire(todo: CompiledModel) -> None:
    result = page_of(todo, "start_page")
    assert (result["id"], result["title"]) == ("start_page", "TODO List")
    assert result["layout"] == {"type": "Single", "rows": 12, "columns": 12}
    button, grid = result["components"]
    assert button == {
        "type": "Button",
        "id": "new_todo_button",
        "position": {"row": 0, "col": 0, "width": 3, "height": 1},
        "props": {
            "label": "New Todo",
            "variant": "primary",
            "onClick": {"type": "openModal", "modal_id": "todo_form"},
        },
        "style": {"marginBottom": "16px"},
        "events": [{"on": "click", "action": {"type": "openModal", "modal_id": "todo_form"}}],
        "children": None,
    }
    assert grid["position"] == {"row": 1, "col": 0, "width": 12, "height": 8}
    assert (grid["style"], grid["events"], grid["children"]) == ({"marginTop": "16px"}, None, None)
    first = grid["props"]["columns"][0]
    assert first == {
        "field": "label",
        "title": "Task",
        "sortable": True,
        "filterable": True,
        "width": 300,
        "type": "String",
    }
    assert [c["title"] for c in grid["props"]["columns"]] == ["Task", "Status", "Created"]
    assert grid["props"]["columns"][1]["options"][0]["label"] == "Open"
    assert (grid["props"]["entityType"], grid["props"]["formId"]) == ("todo", "todo_form")
    assert result["meta"] == {"version": "1.0", "modelVersion": 3, "generatedAt": NOW, "appId": "app-1"}


def test_a_form_answers_in_the_shape_of_the_wire(todo: CompiledModel) -> None:
    assert json.loads(todo.form("todo_form").result) == {
        "id": "todo_form",
        "name": "Todo Form",
        "entity_type": "todo",
        "fields": [
            {
                "name": "label",
                "field_type": "TextInput",
                "label": "Task Description",
                "required": True,
                "placeholder": "Enter your task...",
                "validation": {"maxLength": 255, "required": True},
            },
            {
                "name": "status",
                "field_type": "Select",
                "label": "Status",
                "required": True,
                "options": [
                    {"value": "open", "label": "Open", "color": "neutral", "icon": "circle"},
                    {"value": "closed", "label": "Closed", "color": "ok", "icon": "circle-check"},
                ],
                "defaultValue": "open",
            },
        ],
        "validation": [{"rule_type": "Required", "field": "label", "message": "Task description is required"}],
        "submit_action": "SaveEntity",
        "layout": {"type": "vertical", "spacing": "medium"},
    }


def test_a_form_checks_no_rule_that_the_server_leaves_out() -> None:
    ranges = [
        ("Integer", {"min": 1, "max": 9}),
        ("Integer", {"min": 1, "max": "9"}),
        ("Integer", {"min": 9, "max": 1}),
        ("Date", {"min": "2026-01-01", "max": "soon"}),
        ("Date", {"min": "2026-01-01", "max": "2025-12-31"}),
    ]
    fields = [
        field(f"f{i}", kind, validation=[{"type": "Range", "value": value}]) for i, (kind, value) in enumerate(ranges)
    ]
    fields.append(field("code", validation=[{"type": "Pattern", "value": "a{1000000}"}]))
    form = json.loads(
        compiled({"entities": [{"id": "e", "name": "thing", "fields": fields}]}).form("thing_form").result
    )
    checks = [set(one.get("validation", {})) & {"min", "max", "pattern"} for one in form["fields"]]
    assert checks == [{"min", "max"}, set(), set(), set(), set(), set()]


def test_a_model_of_entities_alone_is_a_usable_application() -> None:
    model = compiled(
        {"entities": [{"id": "e", "name": "order_line", "fields": [field("label"), field("total", "Float")]}]}
    )
    assert model.start_page == "order_line_list"
    assert [(n.page_id, n.title, n.path) for n in model.navigation] == [
        ("order_line_list", "Order line", "/order_line_list")
    ]
    button, grid = page_of(model, "start_page")["components"]
    assert button["props"]["onClick"] == {"type": "openModal", "modal_id": "order_line_form"}
    assert [c["field"] for c in grid["props"]["columns"]] == ["label", "total"]
    form = json.loads(model.form(model.form_of("order_line")).result)
    assert [(f["name"], f["field_type"]) for f in form["fields"]] == [("label", "TextInput"), ("total", "NumberInput")]


def test_labels_come_from_page_and_form_then_field_then_name() -> None:
    fields = [
        field("a_b", ui_config={"label": "From config"}, display_name="Shown"),
        field("b", display_name="Shown"),
        field("customer_id"),
    ]
    columns = [{"field": "a_b", "title": "Own"}, "a_b", "b", "customer_id", "created_at"]
    grid = {"id": "g", "type": "DataGrid", "props": {"entityType": "thing", "columns": columns}}
    form = {"id": "f", "entity_type": "thing", "fields": [{"name": "a_b", "label": "Own"}, {"name": "b"}]}
    model = compiled(
        {
            "entities": [{"id": "e", "name": "thing", "fields": fields}],
            "pages": [{"id": "p", "components": [grid]}],
            "forms": [form],
        }
    )
    titles = [c["title"] for c in page_of(model, "p")["components"][0]["props"]["columns"]]
    assert titles == ["Own", "From config", "Shown", "Customer", "Created at"]
    assert [f["label"] for f in json.loads(model.form("f").result)["fields"]] == ["Own", "Shown"]


def test_pages_are_found_by_id_then_name_and_the_start_page_by_its_word() -> None:
    model = compiled(
        {
            "config": {"start_page": "second"},
            "pages": [{"id": "one", "name": "two"}, {"id": "two", "name": "second"}],
        }
    )
    assert model.page("two").id == "two"
    assert model.page("second").id == "two"
    assert model.page("start_page").id == "two"
    with pytest.raises(NotFound, match="'three'"):
        model.page("three")


def test_pages_for_one_record_stay_out_of_navigation_unless_they_ask_for_it() -> None:
    pages = [
        {"id": "list", "type": "List"},
        {"id": "form", "type": "Form"},
        {"id": "detail", "type": "Detail", "in_navigation": True},
        {"id": "hidden", "type": "List", "in_navigation": False},
    ]
    assert [n.page_id for n in compiled({"pages": pages}).navigation] == ["list", "detail"]


def test_inputs_fit_the_types_of_their_fields() -> None:
    kinds = {
        "String": "TextInput",
        "Integer": "NumberInput",
        "Decimal": "NumberInput",
        "Boolean": "Checkbox",
        "Date": "DatePicker",
        "DateTime": "DateTimePicker",
        "Time": "TimePicker",
        "Json": "JsonEditor",
        "Binary": "FileInput",
    }
    fields = [field(f"x{i}", kind) for i, kind in enumerate(kinds)]
    fields.append({"id": "r", "name": "r", "field_type": {"type": "Reference", "entity": "thing"}})
    many = {"type": "Array", "element_type": {"type": "Reference", "entity": "thing"}}
    fields.append({"id": "m", "name": "m", "field_type": many})
    fields.append(field("t", ui_config={"component_type": "textarea"}))
    model = compiled({"entities": [{"id": "e", "name": "thing", "fields": fields}]})
    inputs = {f["name"]: f for f in json.loads(model.form("thing_form").result)["fields"]}
    assert [inputs[f"x{i}"]["field_type"] for i in range(len(kinds))] == list(kinds.values())
    assert (inputs["r"]["field_type"], inputs["r"]["entity"]) == ("ReferenceSelect", "thing")
    assert (inputs["m"]["field_type"], inputs["m"]["entity"], inputs["m"]["multiple"]) == (
        "ReferenceSelect",
        "thing",
        True,
    )
    assert inputs["t"]["field_type"] == "TextArea"


def test_a_default_that_the_server_works_out_leaves_the_input_optional() -> None:
    when = field("placed", "DateTime", required=True, default_value="now()")
    model = compiled({"entities": [{"id": "e", "name": "thing", "fields": [when]}]})
    (shown,) = json.loads(model.form("thing_form").result)["fields"]
    assert shown["required"] is False
    assert "defaultValue" not in shown


def test_a_column_reaches_through_a_reference() -> None:
    kind = {"type": "Enum", "values": ["new", "old"]}
    customer = {
        "id": "c",
        "name": "customer",
        "fields": [field("name"), {"id": "k", "name": "kind", "field_type": kind}],
    }
    link = {"id": "l", "name": "customer_id", "field_type": {"type": "Reference", "entity": "customer"}}
    grid = {
        "id": "g",
        "type": "DataGrid",
        "props": {"entityType": "order", "columns": ["customer_id.kind", "customer_id"]},
    }
    model = compiled(
        {
            "entities": [customer, {"id": "o", "name": "order", "fields": [link]}],
            "pages": [{"id": "p", "components": [grid]}],
        }
    )
    through, direct = page_of(model, "p")["components"][0]["props"]["columns"]
    assert (through["title"], through["type"], len(through["options"])) == ("Kind", "Enum", 2)
    assert (direct["type"], direct["entity"]) == ("Reference", "customer")


def test_storage_keys_outlive_names() -> None:
    fields = [field("task", key="label"), field("state")]
    model = compiled({"entities": [{"id": "e", "name": "todo", "key": "item", "fields": fields}]})
    entity = model.entity("todo")
    assert model.entities_by_key["item"] is entity
    assert entity.fields_by_key["label"].name == "task"
    assert entity.plain is False
    assert json.loads(entity.row_map.map(b'{"label":"a","gone":1,"state":"b"}')) == {"task": "a", "state": "b"}
    prepared = entity.validator.create(b'{"task":"a"}', NOW)
    assert json.loads(prepared.data) == {"label": "a"}


def test_a_retired_key_keeps_rows_from_being_spliced_as_they_are() -> None:
    plain = compiled({"entities": [{"id": "e", "name": "a", "fields": [field("x")]}]}).entity("a")
    retired = compiled({"entities": [{"id": "e", "name": "a", "fields": [field("x")], "retired_keys": ["y"]}]}).entity(
        "a"
    )
    assert (plain.plain, retired.plain) == (True, False)


def test_the_records_own_times_are_fields_that_nobody_writes(todo: CompiledModel) -> None:
    entity = todo.entity("todo")
    assert [f.name for f in entity.fields.values() if f.system] == ["created_at", "updated_at"]
    errors = entity.validator.create(b'{"label":"a","created_at":"2026-01-01T00:00:00Z"}', NOW).errors
    assert [(e["path"], e["rule"]) for e in errors] == [("/created_at", "ReadOnly")]


def test_what_must_be_unique_is_said_once() -> None:
    fields = [field("mail", unique=True), field("a"), field("b")]
    constraints = [
        {"type": "UniqueKey", "name": "u1", "fields": ["mail"], "message": "Taken"},
        {"type": "UniqueKey", "name": "u2", "fields": ["a", "b"]},
        {"type": "UniqueKey", "name": "broken", "fields": ["nope"]},
    ]
    model = compiled({"entities": [{"id": "e", "name": "thing", "fields": fields, "constraints": constraints}]})
    rules = [(rule.id, rule.fields, rule.message) for rule in model.entity("thing").uniques]
    assert rules == [("f_mail", ("mail",), "Taken"), ("f_a+f_b", ("a", "b"), "A and B must be unique")]
    assert model.entity("thing").fields["mail"].unique_id == "f_mail"


@pytest.mark.parametrize(
    ("cascade", "required", "expected"),
    [("Delete", True, "Delete"), ("SetNull", False, "SetNull"), ("SetNull", True, "Restrict"), (None, False, "None")],
)
def test_a_link_knows_what_happens_when_its_target_goes(cascade: str | None, required: bool, expected: str) -> None:
    link = {"id": "l", "name": "owner", "required": required, "field_type": {"type": "Reference", "entity": "person"}}
    relation = {
        "id": "r",
        "name": "r",
        "type": "OneToMany",
        "from_entity": "person",
        "to_entity": "pet",
        "to_field": "owner",
    }
    model = compiled(
        {
            "entities": [{"id": "p", "name": "person"}, {"id": "q", "name": "pet", "fields": [link]}],
            "relationships": [{**relation, "cascade": cascade}],
        }
    )
    (inbound,) = model.entity("person").inbound
    assert (inbound.entity, inbound.field, inbound.link_key, inbound.cascade) == ("pet", "owner", "l", expected)


def test_a_one_to_one_link_is_unique() -> None:
    link = {"id": "l", "name": "desk", "field_type": {"type": "Reference", "entity": "desk"}}
    relation = {
        "id": "r",
        "name": "r",
        "type": "OneToOne",
        "from_entity": "person",
        "to_entity": "desk",
        "from_field": "desk",
    }
    model = compiled(
        {
            "entities": [{"id": "d", "name": "desk"}, {"id": "p", "name": "person", "fields": [link]}],
            "relationships": [relation],
        }
    )
    assert model.entity("person").fields["desk"].unique


def test_the_time_to_keep_answers_comes_from_the_entity_then_the_model() -> None:
    def ttl(behavior: Any = None, performance: Any = None) -> float | None:
        entity = {"id": "e", "name": "a", "behavior": behavior}
        return compiled({"entities": [entity], "config": {"performance": performance}}).entity("a").cache_ttl

    assert ttl() is None
    assert ttl(performance={"cache_ttl_seconds": 60}) == 60.0
    assert ttl({"caching": {"ttl_seconds": 5}}, {"cache_ttl_seconds": 60}) == 5.0
    assert ttl({"caching": {"enabled": False}}) == 0.0
    assert ttl({"caching": {"ttl_seconds": 5}}, {"caching_enabled": False}) == 0.0


def test_the_title_of_a_record_is_the_field_that_says_most() -> None:
    def title(*names: str, chosen: str | None = None) -> str | None:
        ui = {"title_field": chosen} if chosen else None
        entity = {"id": "e", "name": "a", "fields": [field(n) for n in names], "ui_config": ui}
        return compiled({"entities": [entity]}).entity("a").title_field

    assert title("code", "name") == "name"
    assert title("code", "name", chosen="code") == "code"
    assert title("code", "more") == "code"
    assert title() is None


def test_a_page_compiles_to_the_same_bytes_as_long_as_it_is_the_same() -> None:
    model = read_document(sample_document("todo"))[0]
    first, later = (compile_model(model, model_id="m", revision=n) for n in (1, 9))
    assert first.page("start_page").result == later.page("start_page").result


def test_a_list_of_files_is_chosen_and_checked_as_files_are() -> None:
    papers = {"type": "Array", "element_type": {"type": "Binary", "max_size": 9, "types": ["image/*"]}}
    entity = {"id": "e", "name": "paper", "fields": [{"id": "f", "name": "scans", "field_type": papers}]}
    form = json.loads(compiled({"entities": [entity]}).form("paper_form").result)
    (scans,) = form["fields"]
    assert (scans["field_type"], scans["multiple"]) == ("FileInput", True)
    assert scans["validation"] == {"maxSize": 9, "accept": ["image/*"]}
