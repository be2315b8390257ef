"""The layouts/flows dialect: everything arrives, works, and is accounted for in the report."""

from typing import Any

import msgspec
import pytest

from torque.model.compile import compile_model
from torque.model.definition.model import Model
from torque.model.exchange import read_document, write_document
from torque.model.report import Note
from torque.model.verify import verify

DOCUMENT: dict[str, Any] = {
    "name": "Bike Workshop",
    "version": "1.0.0",
    "config": {"database": {"type": "sqlite"}, "ui": {"theme": "plain", "layout": "responsive"}},
    "start_page": "board",
    "entities": [
        {
            "id": "an id that is not legal!",
            "name": "bike",
            "display_name": "Bike",
            "entity_type": "Data",
            "fields": [
                {"id": "b1", "name": "id", "field_type": {"type": "Integer"}, "required": True,
                 "validation": [{"type": "Required", "message": "needed"}]},
                {"id": "b2", "name": "frame", "field_type": {"type": "String"}, "required": True,
                 "validation": [{"type": "MinLength", "message": "too short"}]},
                {"id": "b3", "name": "version", "field_type": {"type": "String"}},
                {"id": "b4", "name": "created_at", "field_type": {"type": "DateTime"}, "required": True},
            ],
            "constraints": [{"type": "PrimaryKey", "name": "pk", "fields": ["id"]}],
            "ui_config": {"list_view": {"columns": ["id", "frame"], "default_sort": {"field": "id"}}},
        },
        {
            "id": "r", "name": "repair", "entity_type": "Data",
            "fields": [
                {"id": "r1", "name": "bike_id", "field_type": {"type": "Reference", "entity": "bike"}},
                {"id": "r2", "name": "state", "field_type": {"type": "Enum", "values": ["new", "done"]},
                 "required": True, "default_value": "new"},
                {"id": "r3", "name": "done_at", "field_type": {"type": "DateTime"}},
            ],
        },
    ],
    "relationships": [
        {"id": "l", "name": "bike_repairs", "type": "OneToMany", "from_entity": "bike", "to_entity": "repair",
         "from_field": "id", "to_field": "bike_id", "cascade": "Cascade"}
    ],
    "flows": [
        {
            "id": "f", "name": "finish",
            "trigger": {"type": "EntityEvent", "config": {"entity": "repair", "event": "onChange"}},
            "steps": [
                {"name": "stamp", "type": "DataUpdate", "condition": "state == 'done' && done_at == null",
                 "configuration": {"update_fields": {"done_at": "now()"}}},
                {"name": "tell", "type": "Notification", "configuration": {"template": "done"}},
            ],
            "error_handling": {"retry_attempts": 2, "retry_delay_seconds": 5},
        }
    ],
    "layouts": [
        {
            "id": "p1", "name": "board", "type": "Dashboard", "target_entities": ["bike"],
            "components": [
                {"type": "DataGrid", "position": {"row": 0, "column": 2, "width": 10, "height": 6},
                 "properties": {"entity": "bike", "columns": ["id", "frame"], "sortable": True, "groupBy": "frame",
                                "actions": ["view", "edit"], "defaultSort": {"field": "id", "direction": "asc"}},
                 "styling": {"backgroundColor": "white", "padding": "8px"}},
                {"type": "TorqueButton", "position": {"row": 6, "column": 0},
                 "properties": {"label": "New", "variant": "outline", "action": "openModal",
                                "modalConfig": {"entity": "repair", "mode": "create"}}},
                {"type": "TorqueButton", "properties": {"label": "All repairs", "action": "navigate",
                                                        "navigationConfig": {"route": "/repairs"}}},
                {"type": "TorqueButton", "properties": {"label": "Print", "action": "print"}},
                {"type": "KPI", "properties": {"title": "Bikes"}},
            ],
        },
        {
            "id": "p2", "name": "repair_list", "type": "List", "target_entities": ["repair"],
            "components": [
                {"type": "TorqueForm", "position": {"row": 0, "column": 0},
                 "properties": {"entity": "repair", "title": "Repair", "layout": "two-column",
                                "fields": [{"name": "bike_id", "validation": ["required", "phone"]},
                                           {"name": "state", "type": "select", "colspan": 2}],
                                "submitButton": {"label": "Save repair"}}}
            ],
        },
    ],
    "sample_data": {
        "bike": [{"id": 7, "frame": "Steel", "created_at": "2024-01-01T00:00:00Z"}],
        "repair": [{"bike_id": 7, "state": "waiting"}, {"bike_id": 99, "state": "new", "colour": "red"}],
    },
    "menu": ["board"],
}  # fmt: skip


@pytest.fixture(scope="module")
def imported() -> tuple[Model, list[Note]]:
    return read_document(msgspec.json.encode(DOCUMENT))


@pytest.fixture(scope="module")
def model(imported: tuple[Model, list[Note]]) -> Model:
    return imported[0]


def test_it_is_exported_as_torque_1_and_reads_back_the_same(model: Model) -> None:
    data = write_document(model)
    assert read_document(data) == (model, [])


def test_everything_that_was_repaired_is_a_line_and_its_original_is_kept(imported: tuple[Model, list[Note]]) -> None:
    model, notes = imported
    paths = {note.path for note in notes}
    kept = {
        "/menu",
        "/config/database",
        "/config/ui/layout",
        "/entities/0/fields/1/validation/0",
        "/entities/0/constraints/0",
        "/flows/0",
        "/layouts/0/components/0/properties/groupBy",
        "/layouts/0/components/0/properties/actions",
        "/layouts/0/components/0/styling/backgroundColor",
        "/layouts/0/components/1/properties/modalConfig",
        "/layouts/0/components/3/properties/action",
        "/layouts/1/components/0/properties/fields/0/validation/1",
        "/sample_data/repair/1/colour",
        "/sample_data/repair/1/bike_id",
    }
    assert kept <= paths
    assert kept <= model.x_legacy.keys()
    assert model.x_legacy["/menu"] == ["board"]
    assert model.x_legacy["/sample_data/repair/1/bike_id"] == 99


def test_an_integer_id_becomes_a_unique_field_that_grids_and_lists_show(model: Model) -> None:
    field = model.entities[0].fields[0]
    assert (field.name, field.unique, field.required, field.validation) == ("legacy_id", True, False, ())
    view = model.entities[0].ui_config and model.entities[0].ui_config.list_view
    assert view is not None
    assert view.columns == ("legacy_id", "frame")
    assert view.default_sort is not None and view.default_sort.field == "legacy_id"
    grid = model.pages[0].components[0].props
    assert [c["field"] for c in grid["columns"]] == ["legacy_id", "frame"]
    assert grid["sort"] == {"field": "legacy_id", "direction": "asc"}


def test_reserved_names_give_way_and_the_records_own_times_are_only_labelled(model: Model) -> None:
    names = [field.name for field in model.entities[0].fields]
    assert names == ["legacy_id", "frame", "legacy_version", "created_at"]
    assert model.entities[0].fields[3].required is False


def test_ids_that_are_not_legal_are_replaced(model: Model) -> None:
    assert model.entities[0].id == "an_id_that_is_not_legal"


def test_sample_records_get_uuids_and_every_reference_follows(model: Model) -> None:
    bike = model.sample_data["bike"][0]
    first, second = model.sample_data["repair"]
    assert first["bike_id"] == bike["id"]
    assert bike["legacy_id"] == 7
    assert "bike_id" not in second
    kind: Any = model.entities[1].fields[1].field_type
    assert kind.values == ("new", "done", "waiting")


def test_importing_twice_gives_the_same_document(model: Model) -> None:
    assert read_document(msgspec.json.encode(DOCUMENT))[0] == model


def test_components_get_their_new_names_places_and_actions(model: Model) -> None:
    grid, new, repairs, printing, kpi = model.pages[0].components
    assert grid.position is not None and (grid.position.col, grid.position.width) == (2, 10)
    assert (grid.props["entityType"], grid.props["sorting"], grid.props["rowActions"]) == ("bike", True, ["edit"])
    assert grid.style == {"padding": "8px"}
    assert (new.type, new.props["variant"]) == ("Button", "default")
    actions = [msgspec.to_builtins(c.events[0].action) for c in (new, repairs)]
    assert actions == [{"type": "openModal", "modal_id": "repair_form"}, {"type": "navigateTo", "page_id": "p2"}]
    assert (printing.events, kpi.type) == ((), "Kpi")


def test_a_form_drawn_on_a_page_becomes_a_form(model: Model) -> None:
    (form,) = model.forms
    assert (form.id, form.entity_type, form.name) == ("repair_form", "repair", "Repair")
    assert [(f.name, f.field_type, f.colspan) for f in form.fields] == [("bike_id", None, None), ("state", "Select", 2)]
    assert [(r.rule_type, r.field) for r in form.validation] == [("Required", "bike_id")]
    assert model.pages[1].components[0].props == {
        "formId": "repair_form",
        "entityType": "repair",
        "submitLabel": "Save repair",
        "title": "Repair",
    }


def test_steps_become_chained_nodes_of_a_disabled_workflow(model: Model) -> None:
    (flow,) = model.xflows
    assert flow.enabled is False
    assert [(n.id, n.type) for n in flow.nodes.values()] == [
        ("start", "Start"),
        ("stamp_if", "Condition"),
        ("stamp", "EntityWrite"),
        ("tell", "Log"),
        ("end", "End"),
    ]
    edges = [(e.source, e.target, e.condition) for e in flow.edges]
    assert edges == [
        ("start", "stamp_if", None),
        ("stamp_if", "stamp", "true"),
        ("stamp", "tell", None),
        ("stamp_if", "tell", "false"),
        ("tell", "end", None),
    ]
    expression = flow.nodes["stamp_if"].config["expression"]
    assert expression == "input.record.state == 'done' && input.record.done_at == null"
    retry = flow.nodes["stamp"].retry
    assert retry is not None and (retry.attempts, retry.backoff_ms) == (2, 5000)
    assert [t.config["event"] for t in flow.triggers] == ["AfterUpdate"]


def test_cascades_and_the_start_page_are_taken_over(model: Model) -> None:
    assert model.relationships[0].cascade == "Delete"
    assert compile_model(model, model_id="m", revision=1).start_page == "p1"


def test_it_works(model: Model) -> None:
    errors = [finding for finding in verify(model) if finding.severity == "Error"]
    assert errors == []
    compiled = compile_model(model, model_id="m", revision=1)
    for name, records in model.sample_data.items():
        for record in records:
            data = msgspec.json.encode({n: v for n, v in record.items() if n != "id"})
            assert compiled.entity(name).validator.create(data, "2026-01-01T00:00:00.000000Z").errors == []


def test_members_that_no_part_has_are_set_aside_and_never_stop_the_import() -> None:
    document = {
        **DOCUMENT,
        "relationships": [{**DOCUMENT["relationships"][0], "weight": 3}],
        "flows": [],
        "layouts": [],
    }
    model, notes = read_document(msgspec.json.encode(document))
    assert model.x_legacy["/relationships/0/weight"] == 3
    assert "/relationships/0/weight" in {note.path for note in notes}
