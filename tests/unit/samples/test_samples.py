"""The shipped samples: clean, complete, and written the way documents are written."""

from typing import Any

import msgspec
import pytest

from torque.model.compile import compile_model
from torque.model.compiled import CompiledModel
from torque.model.definition.model import Model
from torque.model.exchange import read_document, write_document
from torque.model.verify import verify
from torque.samples import NAMES, sample_document

NOW = "2026-01-01T00:00:00.000000Z"


def load(name: str) -> tuple[Model, CompiledModel]:
    model, notes = read_document(sample_document(name))
    assert notes == []
    return model, compile_model(model, model_id="m", revision=1)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_written_as_documents_are(name: str) -> None:
    model, _ = load(name)
    assert write_document(model) == sample_document(name)
    assert model.name == name


@pytest.mark.parametrize("name", NAMES)
def test_verification_of_a_sample_finds_nothing(name: str) -> None:
    assert verify(load(name)[0]) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_record_is_valid_and_refers_to_what_is_there(name: str) -> None:
    model, compiled = load(name)
    ids = {kind: {record["id"] for record in records} for kind, records in model.sample_data.items()}
    for kind, records in model.sample_data.items():
        entity = compiled.entity(kind)
        keys: list[tuple[str, str]] = []
        for record in records:
            data = {n: v for n, v in record.items() if n != "id"}
            prepared = entity.validator.create(msgspec.json.encode(data), NOW)
            assert (prepared.errors, prepared.warnings) == ([], [])
            keys += prepared.keys
            assert all(record[f.name] in ids[str(f.target)] for f in entity.references if f.name in record)
        assert len(keys) == len(set(keys))


def test_the_todo_sample_is_the_one_the_wire_speaks_of() -> None:
    model, compiled = load("todo")
    (entity,) = model.entities
    label, status, created = entity.fields
    assert (label.name, label.required, msgspec.to_builtins(label.field_type)["max_length"]) == ("label", True, 255)
    values: Any = status.field_type
    assert ([o.value for o in values.options()], status.default_value) == (["open", "closed"], "open")
    assert created.name == "created_at"
    assert list(compiled.pages) == ["start_page", "dashboard_page"]
    widths = [(c["field"], c["width"]) for c in model.pages[0].components[1].props["columns"]]
    assert widths == [("label", 300), ("status", 100), ("created_at", 150)]
    shown = [(c.type, c.props.get("filters")) for c in model.pages[1].components]
    assert shown == [
        ("Text", None),
        ("Button", None),
        ("Button", None),
        ("DataGrid", {"status": "open"}),
        ("DataGrid", {"status": "closed"}),
    ]
    assert compiled.xflow("export_todos").enabled
    assert compiled.public is False


def test_the_customer_orders_sample_covers_the_business() -> None:
    model, compiled = load("customer-orders")
    status: Any = compiled.entity("order").fields["status"].definition.field_type
    assert [o.value for o in status.options()] == [
        "draft",
        "pending",
        "confirmed",
        "processing",
        "shipped",
        "delivered",
        "cancelled",
    ]
    kinds: Any = compiled.entity("customer").fields["kind"].definition.field_type
    assert all(o.label and o.color and o.icon for o in (*kinds.options(), *status.options()))
    assert {page.type for page in model.pages} == {"Dashboard", "List", "Form", "Detail"}
    assert (len(model.sample_data["customer"]), len(model.sample_data["order"])) == (12, 40)
    assert {o["status"] for o in model.sample_data["order"]} == {o.value for o in status.options()}
    assert {c["kind"] for c in model.sample_data["customer"]} == {o.value for o in kinds.options()}
    assert compiled.entity("order").fields["total_amount"].type_name == "Decimal"
    assert [(link.entity, link.cascade) for link in compiled.entity("customer").inbound] == [("order", "Restrict")]
    unique = {(rule.fields, rule.message) for rule in compiled.entity("customer").uniques}
    assert unique == {(("email",), "Another customer has this e-mail address.")}
    assert set(compiled.roles) == {"sales", "warehouse", "accounting"}
