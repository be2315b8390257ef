"""Verification: every kind of problem is found where it is, keeps its id, and its fix mends it."""

from typing import Any

import msgspec
import pytest

from torque.model.changes import apply_all, read_changes
from torque.model.definition.model import Model
from torque.model.exchange import read_document
from torque.model.verify import Finding, FlowFinding, verify

TEXT = {"type": "String"}


def model(**document: Any) -> Model:
    found, _ = read_document(msgspec.json.encode({"format": "torque/1", "name": "shop", **document}))
    return found


def field(name: str, **members: Any) -> dict[str, Any]:
    return {"id": f"f_{name}", "name": name, "field_type": TEXT, **members}


def thing(*fields: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"id": "e", "name": "thing", "fields": [field("label"), *fields], **members}


def page(*components: dict[str, Any], **members: Any) -> dict[str, Any]:
    placed = [{"id": f"c{i}", "type": "Button", "props": {"label": "Go"}, **c} for i, c in enumerate(components)]
    return {"id": "p", "type": "List", "components": placed, **members}


def grid(**props: Any) -> dict[str, Any]:
    return {"type": "DataGrid", "props": {"entityType": "thing", **props}}


def click(**action: Any) -> dict[str, Any]:
    return {"events": [{"on": "click", "action": action}]}


def rule(kind: str, value: Any = None) -> dict[str, Any]:
    return {"validation": [{"type": kind, "value": value}]}


ORDER = {"id": "o", "name": "order", "fields": [field("owner", field_type={"type": "Reference", "entity": "thing"})]}
LINK = {"id": "r", "name": "r", "type": "OneToMany", "from_entity": "thing", "to_entity": "order", "to_field": "owner"}
NEEDED = {"id": "o", "name": "order", "fields": [{**ORDER["fields"][0], "required": True}]}  # type: ignore[index]
LOOP = {"id": "f_up", "name": "up", "required": True, "field_type": {"type": "Reference", "entity": "order"}}
UUID = "01900000-0000-7000-8000-000000000001"

CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("missing-entity/f_x/nope", {"entities": [thing(field("x", field_type={"type": "Reference", "entity": "nope"}))]},
     "/entities/0/fields/1/field_type/entity", "There is no entity 'nope'"),
    ("missing-entity/p/thng", {"entities": [thing()], "pages": [page(target_entities=["thng"])]},
     "/pages/0/target_entities/0", "Did you mean 'thing'?"),
    ("missing-entity/c0/nope", {"pages": [page({"type": "DataGrid", "props": {"entityType": "nope"}})]},
     "/pages/0/components/0/props/entityType", "There is no entity 'nope'"),
    ("missing-entity/f/nope", {"forms": [{"id": "f", "entity_type": "nope"}]}, "/forms/0/entity_type", "'nope'"),
    ("missing-field/c0/columns/lable", {"entities": [thing()], "pages": [page(grid(columns=[{"field": "lable"}]))]},
     "/pages/0/components/0/props/columns/0", "Did you mean 'label'?"),
    ("missing-field/c0/sort/size", {"entities": [thing()], "pages": [page(grid(sort={"field": "size"}))]},
     "/pages/0/components/0/props/sort", "no field 'size'"),
    ("missing-field/f/fields/size", {"entities": [thing()],
     "forms": [{"id": "f", "entity_type": "thing", "fields": [{"name": "label"}, {"name": "size"}]}]},
     "/forms/0/fields/1/name", "no field 'size'"),
    ("missing-field/e/ui_config/size", {"entities": [thing(ui_config={"list_view": {"columns": ["size"]}})]},
     "/entities/0/ui_config/list_view/columns/0", "no field 'size'"),
    ("missing-field/e/indexes/size", {"entities": [thing(indexes=[{"name": "i", "fields": ["size"]}])]},
     "/entities/0/indexes/0/fields/0", "no field 'size'"),
    ("missing-form/c0/nope", {"pages": [page(click(type="openModal", modal_id="nope"))]},
     "/pages/0/components/0/events/0/action/modal_id", "no dialog or form 'nope'"),
    ("missing-form/c0/nope", {"entities": [thing()], "pages": [page(grid(formId="nope"))]},
     "/pages/0/components/0/props/formId", "There is no form 'nope'"),
    ("missing-page/c0/nope", {"pages": [page(click(type="navigateTo", page_id="nope"))]},
     "/pages/0/components/0/events/0/action/page_id", "no page 'nope'"),
    ("missing-xflow/c0/nope", {"pages": [page(click(type="executeXFlow", xflow_id="nope"))]},
     "/pages/0/components/0/events/0/action/xflow_id", "no workflow 'nope'"),
    ("missing-component/c0/nope", {"pages": [page(click(type="refreshComponent", component_id="nope"))]},
     "/pages/0/components/0/events/0/action/component_id", "no component 'nope'"),
    ("missing-start-page/nope", {"pages": [page()], "config": {"start_page": "nope"}},
     "/config/start_page", "'nope' does not exist"),
    ("broken-relationship/r", {"entities": [thing(), ORDER], "relationships": [{**LINK, "to_field": "nope"}]},
     "/relationships/0", "No Reference field links"),
    ("broken-relationship/f_owner", {"entities": [thing(), ORDER], "relationships": [{"id": "f_owner", "name": "r",
     "type": "ManyToMany", "from_entity": "thing", "to_entity": "order"}]}, "/relationships/0/id", "under this id"),
    ("contradictory-cascade/r", {"entities": [thing(), NEEDED], "relationships": [{**LINK, "cascade": "SetNull"}]},
     "/relationships/0/cascade", "which is required"),
    ("contradictory-cascade/r/s", {"entities": [thing(), ORDER], "relationships": [LINK,
     {**LINK, "id": "s", "name": "s", "cascade": "Delete"}]}, "/relationships/1/cascade", "disagree"),
    ("circular-reference/order/thing", {"entities": [thing(LOOP), NEEDED]}, "/entities/0", "thing → order → thing"),
    ("unreachable-page/p", {"pages": [page(in_navigation=False), {"id": "q"}]}, "/pages/0", "No way leads"),
    ("invalid-rule/f_x/MinLength", {"entities": [thing(field("x", **rule("MinLength")))]},
     "/entities/0/fields/1/validation/0", "needs a length"),
    ("invalid-rule/f_x/Pattern", {"entities": [thing(field("x", **rule("Pattern", "(")))]},
     "/entities/0/fields/1/validation/0", "Opening parenthesis without closing"),
    ("invalid-rule/f_x/Pattern", {"entities": [thing(field("x", **rule("Pattern", "a{1000000}")))]},
     "/entities/0/fields/1/validation/0", "cannot be used"),
    ("invalid-default/f_x", {"entities": [thing(field("x", field_type={"type": "Date"}, default_value="soon"))]},
     "/entities/0/fields/1/default_value", "a day as YYYY-MM-DD"),
    ("invalid-default/f_x", {"entities": [thing(field("x", field_type={"type": "Array",
     "element_type": {"type": "Integer"}}, default_value=["one"]))]},
     "/entities/0/fields/1/default_value", "a whole number"),
    ("invalid-rule/f_x/Range", {"entities": [thing(field("x", **rule("Range", {"min": 1})))]},
     "/entities/0/fields/1/validation/0", "for numbers and times"),
    ("invalid-rule/f_x/Range", {"entities": [thing(field("x", field_type={"type": "Date"},
     **rule("Range", {"min": "soon", "max": "2026-12-31"})))]},
     "/entities/0/fields/1/validation/0", 'is left out: "soon" cannot bound the values: Must be a day as YYYY-MM-DD.'),
    ("invalid-rule/f_x/Range", {"entities": [thing(field("x", field_type={"type": "Array",
     "element_type": {"type": "DateTime"}}, **rule("Range", {"max": "2026-12-31T00:00:00"})))]},
     "/entities/0/fields/1/validation/0", "Must be a date and time with its offset"),
    ("invalid-rule/f_x/Range", {"entities": [thing(field("x", field_type={"type": "Integer"},
     **rule("Range", {"min": "1"})))]}, "/entities/0/fields/1/validation/0", "Must be a number."),
    ("invalid-rule/f_x/Range", {"entities": [thing(field("x", field_type={"type": "Time"},
     **rule("Range", {"min": "18:00:00", "max": "08:00:00"})))]}, "/entities/0/fields/1/validation/0",
     "its minimum is above its maximum."),
    ("invalid-default/f_x", {"entities": [thing(field("x", field_type={"type": "Integer"}, default_value="no"))]},
     "/entities/0/fields/1/default_value", "is not a number"),
    ("invalid-default/f_x", {"entities": [thing(field("x", field_type={"type": "Enum", "values": ["a"]},
     default_value="b"))]}, "/entities/0/fields/1/default_value", "none of its values"),
    ("invalid-type/f_x", {"entities": [thing(field("x", field_type={"type": "Integer", "min": 2, "max": 1}))]},
     "/entities/0/fields/1/field_type", "minimum above its maximum"),
    ("invalid-props/c0/varant", {"pages": [page({"props": {"label": "Go", "varant": "x"}})]},
     "/pages/0/components/0/props/varant", "Did you mean 'variant'?"),
    ("incomplete-form/f/f_x", {"entities": [thing(field("x", required=True))],
     "forms": [{"id": "f", "entity_type": "thing", "fields": [{"name": "label"}]}]},
     "/forms/0/fields", "leaves out 'x'"),
    ("duplicate-name/pages/q", {"pages": [page(name="same"), {"id": "q", "name": "same"}]}, "/pages/1/name", "taken"),
    ("orphaned-reference/order/" + UUID + "/owner", {"entities": [thing(), ORDER],
     "sample_data": {"order": [{"id": UUID, "owner": UUID}]}}, "/sample_data/order/0/owner", "no sample record"),
    ("invalid-sample/thing/0/id", {"entities": [thing()], "sample_data": {"thing": [{"id": 1}]}},
     "/sample_data/thing/0/id", "not a UUID"),
    ("slow-query/c0/label", {"entities": [thing()], "pages": [page(grid(sort={"field": "label"}))]},
     "/pages/0/components/0/props/sort", "which has no index"),
    ("slow-query/c0/label", {"entities": [thing()], "pages": [page(grid(filters={"or": [{"label": "a"}]}))]},
     "/pages/0/components/0/props/filters", "which has no index"),
    ("not-executed/c0/type", {"pages": [page({"type": "Chart", "props": {}})]}, "/pages/0/components/0/type", "Chart"),
    ("not-executed/e/detail_view", {"entities": [thing(ui_config={"detail_view": {"layout": "tabs"}})]},
     "/entities/0/ui_config/detail_view", "detail_view of 'thing'"),
    ("not-executed/e/form_view", {"entities": [thing(ui_config={"form_view": {"layout": "tabs"}})]},
     "/entities/0/ui_config/form_view", "form_view of 'thing'"),
    ("not-executed/e/list_view/filters",
     {"entities": [thing(ui_config={"list_view": {"filters": [{"field": "label"}]}})]},
     "/entities/0/ui_config/list_view/filters", "list of filters"),
    ("not-executed/f_x/custom_props", {"entities": [thing(field("x", ui_config={"custom_props": {"rows": 3}}))]},
     "/entities/0/fields/1/ui_config/custom_props", "'x'"),
    ("not-executed/p/breakpoints", {"pages": [page({}, layout={"breakpoints": [{"columns": 4}]})]},
     "/pages/0/layout/breakpoints", "breakpoints"),
    ("not-executed/r/ui_config", {"entities": [thing(), ORDER], "relationships": [
     {"id": "r", "name": "orders", "type": "ManyToOne", "from_entity": "order", "to_entity": "thing",
      "from_field": "owner", "ui_config": {"display_in_list": True}}]},
     "/relationships/0/ui_config", "display of 'orders'"),
    ("not-executed/e/kind", {"entities": [thing(kind="View")]}, "/entities/0/kind", "View"),
    ("invalid-expression/f_x", {"entities": [thing(field("x", computed="lable + 1"))]},
     "/entities/0/fields/1/computed", "no 'lable'"),
    ("invalid-expression/f_x", {"entities": [thing(field("x", computed="label +"))]},
     "/entities/0/fields/1/computed", "ends too early"),
    ("circular-expression/f_x", {"entities": [thing(field("x", computed="x + 1"))]},
     "/entities/0/fields/1/computed", "x → x"),
    ("circular-expression/f_y", {"entities": [thing(field("y", computed="z"), field("z", computed="label + y"))]},
     "/entities/0/fields/1/computed", "y → z → y"),
    ("invalid-expression/e/rule", {"entities": [thing(constraints=[
     {"type": "Check", "name": "rule", "expression": "created_at > label"}])]},
     "/entities/0/constraints/0/expression", "no 'created_at'"),
    ("missing-xflow/f_x/nope", {"entities": [thing(field("x", **rule("Custom", "nope")))]},
     "/entities/0/fields/1/validation/0/value", "no workflow 'nope'"),
    ("invalid-expression/e/rule", {"entities": [thing(constraints=[{"type": "Check", "name": "rule"}])]},
     "/entities/0/constraints/0/expression", "no expression"),
    ("missing-xflow/role/nope", {"roles": [{"id": "role", "name": "r", "xflows": ["nope"]}]},
     "/roles/0/xflows/0", "nope"),
    ("missing-field/role/thing/hidden_fields/nope", {"entities": [thing()], "roles": [{"id": "role", "name": "r",
     "entities": {"thing": {"hidden_fields": ["nope"]}}}]},
     "/roles/0/entities/thing/hidden_fields/0", "no field 'nope'"),
    ("missing-field/role/thing/where/lable", {"entities": [thing()], "roles": [{"id": "role", "name": "r", "entities":
     {"thing": {"where": {"or": [{"label": "x"}, {"not": {"lable": {"eq": "y"}}}], "id": "i"}}}}]},
     "/roles/0/entities/thing/where", "Did you mean 'label'?"),
]  # fmt: skip


def about(findings: list[Finding], finding_id: str) -> list[Finding]:
    return [finding for finding in findings if finding.id == finding_id]


@pytest.mark.parametrize(("finding_id", "document", "pointer", "message"), CASES, ids=[c[0] for c in CASES])
def test_a_problem_is_found_where_it_is(finding_id: str, document: dict[str, Any], pointer: str, message: str) -> None:
    findings = verify(model(**document))
    (found,) = about(findings, finding_id)
    assert found.pointer == pointer
    assert message in found.message
    assert len({finding.id for finding in findings}) == len(findings)


@pytest.mark.parametrize(("finding_id", "document"), [(c[0], c[1]) for c in CASES], ids=[c[0] for c in CASES])
def test_a_fix_mends_what_it_is_offered_for(finding_id: str, document: dict[str, Any]) -> None:
    before = model(**document)
    (found,) = about(verify(before), finding_id)
    if found.fix is not None:
        after = apply_all(before, read_changes(msgspec.to_builtins(found.fix.changes)))
        assert about(verify(after), finding_id) == []


@pytest.mark.parametrize("place", ["columns", "sort", "form", "list_view"])
def test_what_calls_a_field_by_its_former_name_gets_a_fix_with_the_new_one(place: str) -> None:
    view: dict[str, Any] = {"list_view": {"columns": ["label"]}} if place == "list_view" else {}
    props = {"columns": {"columns": [{"field": "label", "width": 90}]}, "sort": {"sort": {"field": "label"}}}
    document: dict[str, Any] = {
        "entities": [thing(ui_config=view)],
        "pages": [
            page({"type": "Container", "props": {}, "children": [{"id": "inner", **grid(**props.get(place, {}))}]})
        ],
        "forms": [{"id": "f", "entity_type": "thing", "fields": [{"name": "label"}] if place == "form" else []}],
    }
    before = model(**document)
    renamed = apply_all(before, read_changes([{"type": "UpdateField", "target": "f_label", "set": {"name": "task"}}]))
    (found,) = [finding for finding in verify(renamed) if finding.severity == "Error"]
    assert found.fix is not None and found.fix.name == "Name it 'task'"
    mended = apply_all(renamed, read_changes(msgspec.to_builtins(found.fix.changes)))
    assert [finding for finding in verify(mended) if finding.severity == "Error"] == []


def test_what_calls_an_entity_by_its_former_name_gets_a_fix_with_the_new_one() -> None:
    before = model(entities=[thing()], pages=[page(grid(), target_entities=["thing"])])
    findings = verify(
        apply_all(before, read_changes([{"type": "UpdateEntity", "target": "e", "set": {"name": "item"}}]))
    )
    assert {finding.fix.name for finding in findings if finding.fix} == {"Name it 'item'"}
    assert {finding.pointer for finding in findings} == {
        "/pages/0/target_entities/0",
        "/pages/0/components/0/props/entityType",
    }


def test_the_id_of_a_finding_stays_while_parts_move() -> None:
    document: dict[str, Any] = {"entities": [thing()], "pages": [page({}, grid(columns=["nope"]))]}
    before = model(**document)
    moved = apply_all(before, read_changes([{"type": "MoveComponent", "target": "c1", "index": 0}]))
    (first,), (later,) = verify(before), verify(moved)
    assert first.id == later.id
    assert first.pointer != later.pointer


def test_a_page_that_a_button_leads_to_is_reachable() -> None:
    pages = [page(click(type="navigateTo", page_id="q")), {"id": "q", "in_navigation": False}]
    assert verify(model(pages=pages)) == []


def test_derived_pages_and_forms_count_as_being_there() -> None:
    pages = [page(click(type="openModal", modal_id="thing_form"), click(type="navigateTo", page_id="thing_list"))]
    assert verify(model(entities=[thing()], pages=pages)) == []


def test_findings_about_workflows_come_from_whoever_runs_them() -> None:
    flow = {"id": "x", "nodes": {"start": {"type": "Start"}}}
    found = FlowFinding(rule="Cycle", message="The nodes go round.", node_id="start")
    (finding,) = about(verify(model(xflows=[flow]), lambda _: [("x", found)]), "workflow/x/start/Cycle")
    assert (finding.pointer, finding.severity) == ("/xflows/0/nodes/start", "Error")


def test_errors_come_before_warnings_and_hints() -> None:
    document: dict[str, Any] = {
        "entities": [thing(kind="View")],
        "pages": [page(grid(columns=["nope"], sort={"field": "label"}))],
    }
    assert [finding.severity for finding in verify(model(**document))] == ["Error", "Warning", "Info"]


def test_an_empty_model_says_so() -> None:
    assert [finding.id for finding in verify(model())] == ["empty-model"]


def test_a_pattern_that_only_the_validators_dialect_knows_is_no_finding() -> None:
    named_group = model(entities=[thing(field("x", **rule("Pattern", "(?<year>[0-9]{4})")))])
    assert not [finding for finding in verify(named_group) if finding.id.startswith("invalid-rule")]


@pytest.mark.parametrize("kind", ["MinLength", "MaxLength"])
@pytest.mark.parametrize("element", ["String", "Integer", "Date"])
def test_a_list_may_have_a_length_whatever_its_elements_are(kind: str, element: str) -> None:
    several = field("x", **rule(kind, 2), field_type={"type": "Array", "element_type": {"type": element}})
    assert not [one for one in verify(model(entities=[thing(several)])) if one.id.startswith("invalid-rule")]
