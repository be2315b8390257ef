"""Changes: every edit of a model is a value that is applied by a pure function and taken back exactly."""

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.unit.model.strategies import changes, models
from torque.errors import InvalidParams
from torque.model.changes import Change, ChangeRefused, apply, apply_all, invert, invert_all, read_changes
from torque.model.definition.model import Model
from torque.model.exchange import encode_model, to_model

SLOW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def change(**members: Any) -> Change:
    return read_changes([members])[0]


@pytest.fixture
def model() -> Model:
    field = {"id": "f_label", "name": "label", "field_type": {"type": "String"}}
    other = {"id": "f_status", "name": "status", "field_type": {"type": "String"}}
    grid = {"id": "grid", "type": "DataGrid"}
    box = {"id": "box", "type": "Container", "children": [{"id": "inner", "type": "Text"}]}
    return to_model(
        {
            "format": "torque/1",
            "name": "shop",
            "entities": [{"id": "e_todo", "name": "todo", "fields": [field, other]}],
            "pages": [{"id": "home", "components": [grid, box]}],
            "forms": [{"id": "form", "entity_type": "todo", "fields": [{"name": "label"}, {"name": "status"}]}],
        }
    )


@SLOW
@given(st.data())
def test_a_change_and_its_inverse_together_change_nothing(data: st.DataObject) -> None:
    model = data.draw(models())
    before = encode_model(model)
    edit = change(**data.draw(changes(model)))
    try:
        after = apply(model, edit)
    except ChangeRefused:
        assume(False)
        return
    back = invert(model, edit)
    assert apply(after, back) == model
    assert encode_model(apply(after, back)) == before
    assert apply(apply(after, back), edit) == after
    assert apply(model, invert(after, back)) == after


@SLOW
@given(st.data())
def test_a_list_of_changes_is_taken_back_as_a_whole(data: st.DataObject) -> None:
    model = data.draw(models())
    current, edits = model, []
    for _ in range(4):
        edit = change(**data.draw(changes(current)))
        try:
            current = apply(current, edit)
        except ChangeRefused:
            continue
        edits.append(edit)
    assert apply_all(current, invert_all(model, edits)) == model


def test_applying_leaves_the_old_model_alone(model: Model) -> None:
    before = encode_model(model)
    apply(model, change(type="RemoveField", target="f_label"))
    assert encode_model(model) == before


def test_renaming_a_field_keeps_its_storage_key(model: Model) -> None:
    renamed = apply(model, change(type="UpdateField", target="f_label", set={"name": "task"}))
    field = renamed.entities[0].fields[0]
    assert (field.name, field.key, field.storage_key) == ("task", "label", "label")
    back = apply(renamed, change(type="UpdateField", target="f_label", set={"name": "label"}))
    assert back == model


def test_removing_a_field_retires_its_key_and_a_new_one_of_that_name_gets_another(model: Model) -> None:
    removed = apply(model, change(type="RemoveField", target="f_label"))
    assert removed.entities[0].retired_keys == ("label",)
    value = {"id": "f_new", "name": "label", "field_type": {"type": "Integer"}}
    added = apply(removed, change(type="AddField", parent="e_todo", value=value))
    assert added.entities[0].fields[-1].storage_key == "label_2"


def test_taking_a_removal_back_brings_the_key_back(model: Model) -> None:
    removal = change(type="RemoveField", target="f_label")
    back = invert(model, removal)
    assert back.restore
    assert apply(apply(model, removal), back) == model


def test_removing_an_entity_retires_its_type(model: Model) -> None:
    removed = apply(model, change(type="RemoveEntity", target="e_todo"))
    assert removed.retired_keys == ("todo",)
    again = apply(removed, change(type="AddEntity", value={"id": "e2", "name": "todo"}))
    assert again.entities[0].storage_key == "todo_2"


def test_a_component_moves_between_containers(model: Model) -> None:
    moved = apply(model, change(type="MoveComponent", target="inner", parent="home", index=0))
    assert [c.id for c in moved.pages[0].components] == ["inner", "grid", "box"]
    assert moved.pages[0].components[2].children == ()


def test_parts_without_id_go_by_owner_and_name(model: Model) -> None:
    edited = apply(model, change(type="UpdateFormField", target="form/status", set={"label": "State"}))
    assert edited.forms[0].fields[1].label == "State"
    moved = apply(model, change(type="MoveFormField", target="form/status", index=0))
    assert [f.name for f in moved.forms[0].fields] == ["status", "label"]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"type": "RemoveField", "target": "nope"}, "There is no Field 'nope'."),
        ({"type": "AddField", "parent": "nope", "value": {}}, "There is no parent 'nope' for a Field."),
        ({"type": "AdField"}, "Did you mean 'AddField'?"),
        ({"type": "UpdateField", "target": "f_label", "set": {"key": "x"}}, "'key' never changes."),
        ({"type": "UpdateField", "target": "f_label", "set": {"requird": True}}, "Did you mean 'required'?"),
        ({"type": "UpdateField", "target": "f_label", "set": {"required": "yes"}}, "/set/required"),
        ({"type": "MoveComponent", "target": "box", "parent": "inner", "index": 0}, "moved into itself"),
        ({"type": "MoveComponent", "target": "box", "parent": "home"}, "needs an index"),
        ({"type": "UpdateModel", "set": {"entities": []}}, "'entities' is not edited this way"),
        ({"type": "AddPage", "value": {"id": "home"}}, "There is a Page 'home' already."),
        ({"type": "UpdateFormField", "target": "form/status", "set": {"name": "label"}}, "'form/label' already"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_with_its_reason(
    model: Model, members: dict[str, Any], message: str
) -> None:
    with pytest.raises(ChangeRefused) as refused:
        apply(model, change(**members))
    assert message in refused.value.message


def test_a_list_of_changes_says_which_one_does_not_fit(model: Model) -> None:
    edits = [change(type="RemoveField", target="f_label"), change(type="RemoveField", target="f_label")]
    with pytest.raises(ChangeRefused, match="Change 2"):
        apply_all(model, edits)


def test_members_that_no_change_has_are_named_with_the_nearest_one() -> None:
    with pytest.raises(InvalidParams, match="Did you mean 'target'"):
        read_changes([{"type": "RemoveField", "taget": "x"}])
