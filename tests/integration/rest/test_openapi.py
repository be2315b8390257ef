"""The description of REST: valid, complete, and of an application no more than its caller may see."""

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.integration.api.tokens import make_token
from tests.support.server import RunningServer
from torque.api.rest.table import VERBS


@pytest.fixture(scope="module")
async def token(server: RunningServer) -> str:
    return await make_token(str(server.settings["database.url"]))


def described(server: RunningServer, path: str, token: str = "") -> Any:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answer = server.request("GET", path, None, headers)
    assert answer.status == 200, answer.body
    return answer.json()


def test_the_description_of_every_verb_is_valid(server: RunningServer) -> None:
    document = described(server, "/api/openapi.json")
    OpenAPIV31SpecValidator(document).validate()
    names = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}
    assert names == {verb.name for verb in VERBS}


@pytest.mark.parametrize("app", ["todo", "customer-orders"])
def test_an_application_describes_its_entities(server: RunningServer, token: str, app: str) -> None:
    document = described(server, f"/api/v1/apps/{app}/openapi.json", token)
    OpenAPIV31SpecValidator(document).validate()
    entity = "todo" if app == "todo" else "order"
    assert f"/api/v1/apps/{app}/entities/{entity}/{{record}}" in document["paths"]
    assert not any("/files" in path for path in document["paths"])
    record = document["components"]["schemas"][f"{entity}.record"]
    assert {"id", "version", "status"} <= set(record["properties"])


def test_what_is_described_is_what_is_answered(server: RunningServer, token: str) -> None:
    document = described(server, "/api/openapi.json")
    file = document["paths"]["/api/v1/apps/{application}/entities/{type}/{record}/files/{file}"]
    assert {"200", "206", "304", "416"} <= set(file["get"]["responses"])
    records = document["paths"]["/api/v1/apps/{application}/entities/{type}"]["get"]["parameters"]
    least = {one["name"]: one["schema"]["minimum"] for one in records if "minimum" in one["schema"]}
    assert least == {"page": 0, "limit": 1}
    for name, minimum in least.items():
        for value, status in ((minimum, 200), (minimum - 1, 400)):
            path = f"/api/v1/apps/todo/entities/todo?{name}={value}"
            assert server.request("GET", path, None, {"authorization": f"Bearer {token}"}).status == status


def test_each_path_tells_the_methods_it_knows(server: RunningServer, token: str) -> None:
    for path, methods in described(server, "/api/v1/apps/todo/openapi.json", token)["paths"].items():
        answer = server.request("OPTIONS", path)
        assert answer.status == 204
        assert set(answer.headers["allow"].split(", ")) == {*(name.upper() for name in methods), "OPTIONS"}, path
    assert server.request("OPTIONS", "/api/openapi.json").headers["allow"] == "GET, OPTIONS"
    assert server.request("OPTIONS", "/api/v1/apps/todo/nothing").status == 404


def test_nobody_is_told_what_they_may_not_see(server: RunningServer) -> None:
    assert server.request("GET", "/api/v1/apps/customer-orders/openapi.json").status in (401, 404)
    assert server.request("GET", "/api/v1/apps/nowhere/openapi.json").status == 404
    assert server.request("POST", "/api/openapi.json", b"").status == 405
