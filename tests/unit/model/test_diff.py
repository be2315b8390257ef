"""What differs between two states of a model, and which pages and entities that touches."""

from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.model.strategies import changes, models
from torque.model.changes import ChangeRefused, apply, apply_all, read_changes
from torque.model.definition.model import Model
from torque.model.diff import diff, touched
from torque.model.exchange import read_document
from torque.samples import sample_document


def orders() -> Model:
    return read_document(sample_document("customer-orders"))[0]


def after(model: Model, *edits: dict[str, Any]) -> Model:
    return apply_all(model, read_changes(edits))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_models_differ_exactly_when_a_difference_is_told(data: st.DataObject) -> None:
    model = data.draw(models())
    assert diff(model, model) == []
    try:
        changed = apply(model, read_changes([data.draw(changes(model))])[0])
    except ChangeRefused:
        return
    assert (diff(model, changed) == []) == (model == changed)


def test_each_part_is_told_with_what_changed_in_it() -> None:
    model = orders()
    value = {"id": "order_rating", "name": "rating", "field_type": {"type": "Integer"}}
    changed = after(
        model,
        {"type": "AddField", "parent": "entity_order", "value": value},
        {"type": "UpdateField", "target": "order_notes", "set": {"display_name": "Remarks"}},
        {"type": "RemovePage", "target": "order_detail"},
        {"type": "MovePage", "target": "customers", "index": 0},
    )
    told = [(d.kind, d.id, d.action, d.members) for d in diff(model, changed)]
    assert ("Field", "order_rating", "added", ()) in told
    assert ("Field", "order_notes", "changed", ("display_name",)) in told
    assert ("Page", "order_detail", "removed", ()) in told
    assert ("Page", "customers", "moved", ()) in told
    (notes,) = [d for d in diff(model, changed) if d.id == "order_notes"]
    assert (notes.before, notes.after) == ({"display_name": "Notes"}, {"display_name": "Remarks"})


def test_adding_a_part_moves_no_other() -> None:
    model = orders()
    changed = after(model, {"type": "AddPage", "index": 0, "value": {"id": "first"}})
    assert [(d.id, d.action) for d in diff(model, changed)] == [("first", "added")]


def test_a_page_is_touched_alone_and_a_field_touches_the_pages_that_show_it() -> None:
    model = orders()
    titled = after(model, {"type": "UpdatePage", "target": "orders", "set": {"title": "All orders"}})
    assert touched(model, titled) == (("orders",), ())
    labelled = after(model, {"type": "UpdateField", "target": "order_notes", "set": {"display_name": "Remarks"}})
    pages, entities = touched(model, labelled)
    assert entities == ("order",)
    assert set(pages) == {"overview", "orders", "new_order", "order_detail"}


def test_what_is_referred_to_touches_the_pages_of_those_who_refer() -> None:
    model = orders()
    renamed = after(model, {"type": "UpdateField", "target": "customer_name", "set": {"display_name": "Company"}})
    pages, entities = touched(model, renamed)
    assert entities == ("customer",)
    assert "orders" in pages and "customers" in pages


def test_differences_are_plain_json() -> None:
    model = orders()
    changed = after(model, {"type": "UpdateConfig", "set": {"public": True}})
    (told,) = diff(model, changed)
    assert (told.kind, told.pointer) == ("Config", "/config")
    assert msgspec.json.decode(msgspec.json.encode(told))["after"]["config"]["public"] is True
