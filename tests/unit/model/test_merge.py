"""Merging one document into another: by ids, nothing goes, and whatever both sides say is reported."""

from typing import Any

from torque.model.changes import apply_all
from torque.model.definition.base import fragment
from torque.model.exchange import to_model
from torque.model.merge import merge_changes
from torque.model.report import Report

NAME = {"id": "f_name", "name": "name", "field_type": {"type": "String"}}
TEXT = {"id": "hello", "type": "Text", "props": {"content": "Hello"}}
BOX = {"id": "box", "type": "Container", "children": [TEXT]}
MINE: dict[str, Any] = {
    "format": "torque/1",
    "name": "shop",
    "display_name": "Shop",
    "entities": [{"id": "e_item", "name": "item", "fields": [NAME]}],
    "pages": [{"id": "home", "components": [BOX]}],
    "sample_data": {"item": [{"id": "1", "name": "Pen"}, {"id": "2", "name": "Ink"}]},
}


def merged(**theirs: Any) -> tuple[dict[str, Any], list[str]]:
    before, incoming, report = to_model(MINE), to_model({"format": "torque/1", "name": "shop", **theirs}), Report()
    after = apply_all(before, merge_changes(before, incoming, report))
    return dict(fragment(after)), [f"{note.what}: {note.done}" for note in report.notes]


def test_a_document_without_parts_changes_nothing() -> None:
    assert merged() == (dict(fragment(to_model(MINE))), [])


def test_a_new_component_joins_a_page_and_a_container_that_are_there() -> None:
    child, beside = {**TEXT, "id": "child"}, {**TEXT, "id": "beside"}
    page = {"id": "home", "components": [{**BOX, "children": [TEXT, child]}, beside]}
    after, report = merged(pages=[page])
    [home] = after["pages"]
    assert [one["id"] for one in home["components"]] == ["box", "beside"]
    assert [one["id"] for one in home["components"][0]["children"]] == ["hello", "child"]
    assert report == []


def test_a_new_container_brings_its_children_once() -> None:
    box = {"id": "second", "type": "Container", "children": [{**TEXT, "id": "inner"}]}
    after, _ = merged(pages=[{"id": "home", "components": [box]}])
    assert [one["id"] for one in after["pages"][0]["components"]] == ["box", "second"]
    assert [one["id"] for one in after["pages"][0]["components"][1]["children"]] == ["inner"]


def test_what_differs_inside_a_component_is_taken_and_reported() -> None:
    page = {"id": "home", "components": [{**BOX, "children": [{**TEXT, "props": {"content": "Hi"}}]}]}
    after, report = merged(pages=[page])
    assert after["pages"][0]["components"][0]["children"][0]["props"] == {"content": "Hi"}
    assert report == ["Component 'hello' differs in props: the imported one was taken"]


def test_sample_records_are_merged_by_their_ids() -> None:
    theirs = [{"id": "2", "name": "Blue ink"}, {"id": "3", "name": "Rubber"}]
    after, report = merged(sample_data={"item": theirs})
    assert [one["name"] for one in after["sample_data"]["item"]] == ["Pen", "Blue ink", "Rubber"]
    assert report == ["1 sample records of 'item' differ: the imported ones were taken"]


def test_the_model_keeps_its_own_identity_and_says_so() -> None:
    after, report = merged(display_name="Store", version="2.0.0")
    assert after["display_name"] == "Shop"
    assert report == ["'display_name' differs: it was left as it is", "'version' differs: it was left as it is"]
