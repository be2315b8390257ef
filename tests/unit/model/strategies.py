"""Hypothesis strategies for whole models and for changes that fit them."""

from typing import Any

import msgspec
from hypothesis import strategies as st

from torque.model.complete import complete
from torque.model.definition.model import Model
from torque.model.exchange import to_model
from torque.model.parts import LISTED_KINDS, parts_of
from torque.model.report import Report

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)
WORD = st.sampled_from(["a", "b", "c", "note", "status", "total", "customer_id", "x1"])
IDS = st.integers(0, 10**9).map(lambda n: f"p{n}")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
TYPES = st.sampled_from(
    [
        {"type": "String"},
        {"type": "String", "max_length": 20},
        {"type": "Integer", "min": 0},
        {"type": "Decimal", "scale": 2},
        {"type": "Float", "max": 1.5},
        {"type": "Boolean"},
        {"type": "DateTime"},
        {"type": "Enum", "values": ["a", {"value": "b", "label": "B", "color": "ok"}]},
        {"type": "Reference", "entity": "first"},
        {"type": "Array", "element_type": {"type": "Reference", "entity": "second"}},
        {"type": "Array", "element_type": {"type": "String"}},
        {"type": "Json"},
    ]
)


def optional(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with any of these members."""
    return st.fixed_dictionaries({}, optional=members)


def with_ids(parts: st.SearchStrategy[dict[str, Any]], size: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Lists of parts that each get an id of their own."""
    pairs = st.lists(st.tuples(IDS, parts), max_size=size, unique_by=lambda pair: pair[0])
    return pairs.map(lambda found: [{**part, "id": part_id} for part_id, part in found])


RULES = st.lists(
    st.fixed_dictionaries({"type": st.just("MinLength"), "value": st.integers(0, 9), "message": TEXT}), max_size=2
)
FIELDS = st.fixed_dictionaries(
    {"field_type": TYPES},
    optional={
        "display_name": TEXT,
        "required": st.booleans(),
        "unique": st.booleans(),
        "default_value": JSON,
        "validation": RULES,
        "ui_config": optional(label=TEXT, placeholder=TEXT, custom_props=st.dictionaries(TEXT, JSON, max_size=2)),
    },
)
COLUMNS = (
    WORD
    | WORD.map(lambda n: f"customer_id.{n}")
    | st.fixed_dictionaries(
        {"field": WORD}, optional={"title": TEXT, "sortable": st.booleans(), "width": st.integers(24, 99)}
    )
)
BOUND_PROPS = optional(
    entityType=st.sampled_from(["first", "second", "nope"]),
    columns=st.lists(COLUMNS, max_size=3),
    formId=st.sampled_from(["first_form", "nope"]),
    pageSize=st.integers(1, 99),
    sorting=st.booleans(),
)
CLICKS = st.lists(st.just({"on": "click", "action": {"type": "openModal", "modal_id": "first_form"}}), max_size=1)
COMPONENTS = st.deferred(
    lambda: st.fixed_dictionaries(
        {"type": st.sampled_from(["DataGrid", "Form", "Button", "Text", "Container"])},
        optional={
            "position": optional(row=st.integers(0, 20), col=st.integers(0, 11)),
            "props": BOUND_PROPS | st.dictionaries(TEXT, JSON, max_size=2),
            "events": CLICKS,
            "style": st.dictionaries(st.sampled_from(["gap", "padding"]), st.integers(0, 9) | TEXT, max_size=2),
            "children": st.lists(COMPONENTS, max_size=2),
        },
    )
)


@st.composite
def entities(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """An entity whose fields have names of their own."""
    names = draw(st.lists(WORD, max_size=4, unique=True))
    fields = [{**draw(FIELDS), "name": n} for n in names]
    entity: dict[str, Any] = {"id": f"e_{name}", "name": name, "fields": fields}
    entity["constraints"] = [{"type": "UniqueKey", "name": f"uk_{n}", "fields": [n]} for n in names[:1]]
    entity.update(draw(optional(display_name=TEXT, description=TEXT, kind=st.sampled_from(["Data", "Lookup"]))))
    return entity


@st.composite
def models(draw: st.DrawFn) -> Model:
    """A model of any content that `read_document` accepts."""
    names = draw(st.lists(st.sampled_from(["first", "second", "third"]), max_size=3, unique=True))
    document: dict[str, Any] = {"format": "torque/1", "name": "sample", "entities": [draw(entities(n)) for n in names]}
    document.update(draw(optional(display_name=TEXT, version=st.just("1.2.3"), config=optional(public=st.booleans()))))
    page = st.fixed_dictionaries(
        {}, optional={"title": TEXT, "type": st.just("List"), "components": st.lists(COMPONENTS, max_size=3)}
    )
    document["pages"] = draw(with_ids(page, 2))
    inputs = st.lists(WORD, max_size=3, unique=True).map(lambda found: [{"name": n} for n in found])
    owners = st.sampled_from(["first", "second", "nope"])
    document["forms"] = draw(with_ids(st.fixed_dictionaries({"entity_type": owners, "fields": inputs}), 2))
    document["roles"] = [{"id": f"r_{n}", "name": n} for n in draw(st.lists(WORD, max_size=2, unique=True))]
    document["locales"] = draw(st.dictionaries(st.sampled_from(["de", "en"]), st.dictionaries(TEXT, TEXT, max_size=2)))
    document["sample_data"] = {n: draw(st.lists(st.dictionaries(WORD, JSON, max_size=2), max_size=2)) for n in names}
    document["x_legacy"] = draw(st.dictionaries(TEXT, JSON, max_size=2))
    report = Report()
    complete(document, report)
    return to_model(document)


@st.composite
def changes(draw: st.DrawFn, model: Model) -> dict[str, Any]:
    """A change that targets something the model has, or adds something to it."""
    kind = draw(st.sampled_from([*LISTED_KINDS, "Config", "Model", "Locale", "SampleData"]))
    if kind == "Config":
        return {"type": "UpdateConfig", **draw(optional(set=optional(public=st.booleans(), start_page=TEXT)))}
    if kind == "Model":
        return {"type": "UpdateModel", "set": draw(optional(display_name=TEXT, description=TEXT))}
    if kind == "SampleData":
        return {"type": "UpdateSampleData", "set": {"first": draw(st.lists(st.dictionaries(WORD, JSON), max_size=2))}}
    if kind == "Locale":
        return draw(_locale_changes(model))
    found = list(parts_of(model, kind))
    if not found or draw(st.booleans()):
        return draw(_additions(model, kind))
    part = draw(st.sampled_from(found))
    verb = draw(st.sampled_from(["Update", "Remove", "Move"]))
    if verb == "Remove":
        return {"type": f"Remove{kind}", "target": part.id}
    if verb == "Move":
        move = {"type": f"Move{kind}", "target": part.id, "index": draw(st.integers(0, 4))}
        if kind == "Component":
            holders = [*(p.id for p in model.pages), *(c.id for c in parts_of(model, "Component"))]
            move["parent"] = draw(st.sampled_from(holders))
        return move
    return {"type": f"Update{kind}", "target": part.id, **draw(_edits(kind, msgspec.to_builtins(part.value)))}


def _edits(kind: str, plain: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    texts = {
        "Entity": {"description": TEXT, "name": st.sampled_from(["first", "fourth"])},
        "Field": {"display_name": TEXT, "required": st.booleans(), "name": st.sampled_from(["renamed", "a"])},
        "Component": {"props": st.dictionaries(TEXT, JSON, max_size=2), "visible_if": TEXT},
        "Page": {"title": TEXT, "in_navigation": st.none() | st.booleans()},
        "FormField": {"label": TEXT, "name": WORD},
        "Form": {"name": TEXT},
        "Constraint": {"message": TEXT, "name": WORD},
    }.get(kind, {"name": WORD})
    free = sorted(plain.keys() - {"id", "key", "name", "type", "field_type", "entity_type", "from_entity", "to_entity"})
    unset = st.lists(st.sampled_from(free), unique=True, max_size=2) if free else st.just([])
    return st.tuples(optional(**texts), unset).map(
        lambda pair: {"set": pair[0], "unset": [n for n in pair[1] if n not in pair[0]]}
    )


def _additions(model: Model, kind: str) -> st.SearchStrategy[dict[str, Any]]:
    values: dict[str, st.SearchStrategy[dict[str, Any]]] = {
        "Entity": st.sampled_from(["first", "fourth"]).flatmap(entities),
        "Field": st.tuples(FIELDS, WORD).map(lambda pair: {**pair[0], "name": pair[1]}),
        "Constraint": WORD.map(lambda n: {"type": "Check", "name": n}),
        "Index": WORD.map(lambda n: {"name": n, "fields": [n]}),
        "Component": COMPONENTS,
        "Form": st.just({"entity_type": "first"}),
        "FormField": WORD.map(lambda n: {"name": n}),
        "Relationship": st.just({"name": "r", "type": "OneToMany", "from_entity": "first", "to_entity": "second"}),
        "Plugin": st.just({"module": "m.js"}),
        "Role": WORD.map(lambda n: {"name": n}),
    }
    value = values.get(kind, st.just({}))
    holders = {
        "Field": [e.id for e in model.entities],
        "Constraint": [e.id for e in model.entities],
        "Index": [e.id for e in model.entities],
        "FormField": [f.id for f in model.forms],
        "Component": [*(p.id for p in model.pages), *(c.id for c in parts_of(model, "Component"))],
    }.get(kind)
    place = optional(index=st.integers(0, 4))
    if holders:
        place = st.tuples(place, st.sampled_from(holders)).map(lambda pair: {**pair[0], "parent": pair[1]})
    return st.tuples(value, IDS, place).map(
        lambda made: {"type": f"Add{kind}", **made[2], "value": _identified(made[0], made[1], kind)}
    )


def _identified(value: dict[str, Any], part_id: str, kind: str) -> dict[str, Any]:
    """Give the part and everything in it an id; what may go by its name goes without."""
    result = dict(value) if kind in ("Constraint", "Index", "FormField") else {**value, "id": part_id}
    if kind == "Component":
        children = value.get("children", [])
        result["children"] = [_identified(c, f"{part_id}_{i}", kind) for i, c in enumerate(children)]
    if kind == "Entity":
        result["fields"] = [{**f, "id": f"{part_id}_{i}"} for i, f in enumerate(value["fields"])]
    return result


def _locale_changes(model: Model) -> st.SearchStrategy[dict[str, Any]]:
    texts = st.dictionaries(TEXT, TEXT, max_size=2)
    adding = texts.map(lambda t: {"type": "AddLocale", "value": {"id": "fr", "texts": t}})
    if not model.locales:
        return adding
    language = st.sampled_from(sorted(model.locales))
    removing = language.map(lambda n: {"type": "RemoveLocale", "target": n})
    updating = st.tuples(language, texts).map(lambda p: {"type": "UpdateLocale", "target": p[0], "set": p[1]})
    return adding | removing | updating
