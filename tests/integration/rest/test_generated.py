"""Whatever is asked as the description of an application allows, the answer is one that it describes."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.integration.api.applications import application_of
from tests.integration.api.tokens import make_token
from tests.integration.entity.workshop import entity, field, reference
from tests.integration.rest.generated import Asked, Generator
from tests.support.server import Response, RunningServer

REQUESTS = 300
SECRET = "nobody reads this"
GRANT = {"create": True, "read": True, "update": True, "delete": True, "hidden_fields": ["secret"]}
MODEL: dict[str, Any] = {
    "format": "torque/1", "name": "generated",
    "entities": [
        entity("tag", field("name", "String", unique=True)),
        entity("owner", field("name", "String"), field("secret", "String")),
        entity(
            "thing", field("name", "String", required=True, unique=True), field("size", "Integer", type_max=50),
            field("secret", "String"), reference("owner", "owner"), field("at", "DateTime"), field("file", "Binary"),
            field("kind", "Enum", type_values=["a", "b"]), field("any", "Json"),
        ),
    ],
    "relationships": [{
        "id": "tags", "name": "tags", "type": "ManyToMany", "from_entity": "thing", "to_entity": "tag",
        "from_field": "tags", "to_field": "things",
    }],
    "roles": [{
        "id": "r", "name": "masked",
        "entities": {"thing": {**GRANT, "where": {"kind": "a"}}, "owner": {**GRANT, "delete": False}},
    }],
}  # fmt: skip


@pytest.fixture(scope="module")
async def token(server: RunningServer) -> str:
    return await make_token(str(server.settings["database.url"]))


@pytest.fixture(scope="module")
def ids(server: RunningServer, token: str) -> Iterator[dict[str, list[str]]]:
    """An application with some records; their ids by entity."""
    with application_of(server, token, MODEL):

        def made(entity_type: str, **data: Any) -> str:
            answer = server.rpc("createEntity", {"entityType": entity_type, "data": data}, "generated", token)
            return str(answer["result"]["id"])

        owners = [made("owner", name=f"o{n}", secret=SECRET) for n in range(3)]
        tags = [made("tag", name=f"t{n}") for n in range(3)]
        things = [
            made(
                "thing", name=f"n{n}", size=n, secret=SECRET, owner=owners[n % 3], tags=tags[: n % 3], kind="ab"[n % 2]
            )
            for n in range(8)
        ]
        yield {"owner": owners, "tag": tags, "thing": things}


def faults(document: Any, asked: Asked, answer: Response) -> list[str]:
    """Return what an answer has that was not described, or lacks."""
    described = asked.responses.get(str(answer.status)) or asked.responses["default"]
    content, kind = described.get("content", {}), answer.headers.get("content-type", "").partition(";")[0]
    if not answer.body or "*/*" in content:
        return []
    if kind not in content:
        return [f"{kind} is not described"]
    schema = content[kind]["schema"]
    if not schema:
        return []
    validator = Draft202012Validator({**schema, "components": document["components"]})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer.json())]


@pytest.mark.parametrize("role", ["admin", "masked"])
async def test_every_answer_is_one_that_is_described(
    server: RunningServer, token: str, ids: dict[str, list[str]], role: str
) -> None:
    asking = token if role == "admin" else await make_token(str(server.settings["database.url"]), role, name=role)
    credential = {"authorization": f"Bearer {asking}"}
    document = server.request("GET", "/api/v1/apps/generated/openapi.json", None, credential).json()
    requests = Generator(document, ids, random.Random(role))
    seen: set[int] = set()
    for _ in range(REQUESTS):
        asked = requests.request()
        answer = server.request(asked.method, asked.path, asked.body, {**credential, **asked.headers})
        told = (asked.method, asked.path, asked.headers, asked.body, answer.status, answer.body[:500])
        assert answer.status < 500 or (answer.status == 503 and "minVersion" in asked.path), told
        assert faults(document, asked, answer) == [], told
        assert role == "admin" or SECRET.encode() not in answer.body, told
        seen.add(answer.status)
    assert {200, 201, 400, 404, 422} <= seen
