"""What the description of an application says of its records is what the server takes and answers."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.integration.api.applications import application_of
from tests.integration.api.test_mcp import connected
from tests.integration.api.tokens import make_token
from tests.integration.entity.workshop import entity, field
from tests.integration.rest.test_records import Shop
from tests.support.server import RunningServer

LINKS = {
    "id": "labels", "name": "labels", "type": "ManyToMany", "from_entity": "thing", "to_entity": "tag",
    "from_field": "tags", "to_field": "things",
}  # fmt: skip
MODEL: dict[str, Any] = {
    "format": "torque/1", "name": "described",
    "entities": [
        entity("tag", field("name", "String")),
        entity(
            "thing", field("name", "String", required=True), field("size", "Integer"),
            field(
                "words", "Array", type_element_type={"type": "String"},
                validation=[{"type": "MaxLength", "value": 2}, {"type": "Pattern", "value": "^[a-z]+$"}],
            ),
            field("mail", "String", validation=[{"type": "Pattern", "value": "@", "severity": "Warning"}]),
            field("code", "String", type_max_length=4, validation=[{"type": "MaxLength", "value": 9}]),
            field(
                "rate", "Integer", type_min=0, type_max=10,
                validation=[{"type": "Range", "value": {"min": -5, "max": 5}}],
            ),
            field("odd", "String", validation=[{"type": "Pattern", "value": "(", "severity": "Error"}]),
        ),
    ],
    "relationships": [LINKS],
    "roles": [
        {"id": "r", "name": "blind", "entities": {"thing": {"create": True, "read": True, "hidden_fields": ["name"]}}}
    ],
}  # fmt: skip
PATH = "/api/v1/apps/described/"


@pytest.fixture(scope="module")
async def token(server: RunningServer) -> str:
    return await make_token(str(server.settings["database.url"]))


@pytest.fixture(scope="module")
def things(server: RunningServer, token: str) -> Iterator[Shop]:
    """An application whose things have many-to-many links."""
    with application_of(server, token, MODEL):
        yield Shop(server, token, "described")


@pytest.fixture
def document(things: Shop) -> Any:
    """Its description."""
    return things.well("GET", "openapi.json")


def faults(document: Any, schema: Any, value: Any) -> list[str]:
    whole = {**schema, "components": document["components"]}
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(whole).iter_errors(value)]


def body_of(document: Any, method: str, place: str) -> Any:
    return document["paths"][PATH + place][method]["requestBody"]["content"]["application/json"]["schema"]


def answer_of(document: Any, method: str, place: str, status: str) -> Any:
    return document["paths"][PATH + place][method]["responses"][status]["content"]["application/json"]["schema"]


def test_links_are_members_of_what_is_sent_and_answered(things: Shop, document: Any) -> None:
    tag = things.well("POST", "entities/tag", {"name": "red"})["id"]
    data = {"name": "ball", "tags": [tag], "words": ["ab"]}
    assert faults(document, body_of(document, "post", "entities/thing"), data) == []
    made = things.well("POST", "entities/thing", data)
    assert faults(document, answer_of(document, "post", "entities/thing", "201"), made) == []
    shown = things.well("GET", f"entities/thing/{made['id']}", expand="tags")
    assert (shown["tags"], list(shown["included"]["tag"])) == ([tag], [tag])
    record = answer_of(document, "get", "entities/thing/{record}", "200")
    assert {"tags", "included"} <= set(document["components"]["schemas"]["thing.record"]["properties"])
    assert faults(document, record, shown) == []


def test_a_change_names_any_members_and_clears_with_null(things: Shop, document: Any) -> None:
    made = things.well("POST", "entities/thing", {"name": "cube", "size": 3})
    schema = body_of(document, "patch", "entities/thing/{record}")
    assert faults(document, schema, {"size": None}) == []
    assert "size" not in things.well("PATCH", f"entities/thing/{made['id']}", {"size": None})
    assert faults(document, schema, {"sise": 1}) and faults(document, schema, {"size": "large"})
    assert things.ask("PATCH", f"entities/thing/{made['id']}", {"sise": 1}).status == 422


def test_rules_of_a_list_hold_for_its_length_and_its_elements(things: Shop, document: Any) -> None:
    for words, fits in ((["ab"], True), (["a", "b", "c"], False), (["a", "B"], False)):
        data = {"name": "w", "words": words}
        assert (faults(document, body_of(document, "post", "entities/thing"), data) == []) is fits
        assert (things.ask("POST", "entities/thing", data).status == 201) is fits


@pytest.mark.parametrize(
    ("name", "value", "fits"),
    [
        ("mail", "nobody", True), ("code", "abcd", True), ("code", "abcde", False), ("rate", 5, True),
        ("rate", 6, False), ("rate", 0, True), ("rate", -1, False), ("odd", "x", True),
    ],
)  # fmt: skip
def test_the_rules_that_refuse_are_those_that_are_described(
    things: Shop, document: Any, name: str, value: object, fits: bool
) -> None:
    data = {"name": "r", name: value}
    assert (things.ask("POST", "entities/thing", data).status == 201) is fits
    assert (faults(document, body_of(document, "post", "entities/thing"), data) == []) is fits


def test_a_refusal_has_a_body_where_it_is_described(things: Shop, document: Any) -> None:
    unknown = things.ask("GET", "entities/thing/0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee")
    assert unknown.status == 404
    described = document["paths"][PATH + "entities/thing/{record}"]["get"]["responses"]["default"]
    assert faults(document, described["content"]["application/json"]["schema"], unknown.json()) == []
    general = things.server.request("GET", "/api/openapi.json").json()
    heads = [one["head"] for one in general["paths"].values() if "head" in one]
    assert heads and all("content" not in one["responses"]["default"] for one in heads)
    nobody = things.server.request("GET", PATH + "openapi.json")
    assert (nobody.status, nobody.headers["www-authenticate"]) == (401, "Bearer")


async def test_agents_are_told_of_links_and_not_of_what_is_hidden(things: Shop, server: RunningServer) -> None:
    async with connected(server, things.token) as client:
        told = await client.call_tool("get_schema", {"application": "described", "entityType": "thing"})
    [thing] = told.structured_content["entities"]
    assert (thing["titleField"], "tags" in thing["schema"]["properties"]) == ("name", True)
    blind = await make_token(str(server.settings["database.url"]), "blind")
    async with connected(server, blind) as client:
        told = await client.call_tool("get_schema", {"application": "described", "entityType": "thing"})
    [thing] = told.structured_content["entities"]
    assert (thing["titleField"], "tags" in thing["schema"]["properties"]) == (None, False)
    assert "name" not in thing["schema"]["properties"]
