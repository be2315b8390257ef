"""Every method, path, operation and tool, with anything for parameters: typed errors, and none of them internal."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from graphql import GraphQLObjectType, get_named_type
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.integration.api.tokens import make_token
from tests.integration.cli.command import inside
from tests.integration.faults.anything import APP, JSON, NOBODY, TEXT, encoded, params, value
from tests.support.server import RunningServer
from torque.api.graphql.schema import build_schema
from torque.api.jsonrpc.table import METHODS
from torque.api.mcp.prompts.table import PROMPTS
from torque.api.mcp.server import RESOURCE_NOT_FOUND
from torque.api.mcp.sets import TOOLS
from torque.api.rest.table import VERBS
from torque.errors import InternalError, catalogue

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
CODES = set(catalogue()) - {InternalError.code}
KEEP = {"deleteModel", "delete_model", "deleteApplication", "stopApplication", "emptyApplication", "update_model"}
"""What would end the application that the others are tried on, if it were named."""
MCP = {"mcp-protocol-version": "2025-06-18", "accept": "application/json, text/event-stream"}

rounds = settings(
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    max_examples=25,
)


class Line:
    """One keep-alive connection."""

    def __init__(self, server: RunningServer, token: str) -> None:
        self._headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
        self._headers["accept"] = "application/json"
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)

    def send(self, method: str, path: str, body: bytes | None, headers: dict[str, str] | None = None) -> Any:
        """Send a request; return status and JSON, or None where there is no body."""
        try:
            self._connection.request(method, path, body, {**self._headers, **(headers or {})})
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise AssertionError(f"no answer to {method} {path} {headers} {body!r:.500}: {error!r}") from error
        kind = answer.headers.get_content_type()
        return answer.status, json.loads(content) if content and kind == "application/json" else None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@pytest.fixture(scope="module")
async def token(server: RunningServer) -> str:
    """An administrator's token."""
    return await make_token(str(server.settings["database.url"]))


@pytest.fixture(scope="module")
def line(server: RunningServer, token: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A connection to a server that has an application for the purpose."""
    folder, url = tmp_path_factory.mktemp("anything"), str(server.settings["database.url"])
    model = json.loads((Path(__file__).parents[3] / "torque" / "samples" / "todo.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps({**model, "name": APP}), encoding="utf-8")
    assert inside("model", "import", "--input", "model.json", folder=folder, url=url).code == 0
    found = Line(server, token)
    yield found
    found.close()
    inside("app", "delete", APP, "--yes", folder=folder, url=url)


def names_of(kind: type[msgspec.Struct]) -> list[str]:
    """Return the names that parameters have on the wire."""
    return [field.encode_name for field in msgspec.structs.fields(kind)]


def typed(error: dict[str, Any], sent: object) -> None:
    """Hold an error to the catalogue."""
    assert error.get("code") in CODES, (error, sent)


CALLS = st.tuples(
    *(
        st.one_of(params(method.parameters, {}), st.lists(JSON, max_size=4), JSON).map(
            lambda given, name=method.name: {"jsonrpc": "2.0", "id": 1, "method": name, "params": given}
        )
        for method in METHODS
    )
)


@given(calls=CALLS)
@rounds
def test_every_method_answers_anything_with_an_error_of_the_catalogue(line: Line, calls: tuple[Any, ...]) -> None:
    status, answers = line.send("POST", f"/jsonrpc/{APP}", encoded(calls))
    if isinstance(answers, dict):
        assert status == 400
        typed(answers["error"]["data"], calls)
        return
    assert status == 200 and len(answers) == len(calls)
    for answer, call in zip(answers, calls, strict=True):
        if "error" in answer:
            typed(answer["error"]["data"], call)


def path_of(verb: Any) -> st.SearchStrategy[str]:
    """Return addresses of a verb whose variable parts are anything."""
    parts = [value(part[1:-1]).map(str) if part.startswith("{") else st.just(part) for part in verb.path]
    return st.tuples(*parts).map(
        lambda found: f"/api/v1/apps/{APP}/" + "/".join(quote(one, safe="", errors="surrogatepass") for one in found)
    )


def query_of(verb: Any) -> st.SearchStrategy[str]:
    """Return queries with any of the verb's parameters."""
    return st.fixed_dictionaries({}, optional={name: value(name).map(str) for name in verb.params}).map(
        lambda found: "&".join(f"{name}={quote(one[:2000], errors='surrogatepass')}" for name, one in found.items())
    )


def body_of(verb: Any) -> st.SearchStrategy[bytes | None]:
    """Return bodies of a verb: what it takes, bent, or anything."""
    if verb.method in ("GET", "HEAD", "DELETE"):
        return st.none()
    named = params(names_of(verb.body), {}) if isinstance(verb.body, type) else value("data")
    return st.one_of(st.one_of(named, JSON).map(encoded), st.binary(max_size=50))


REQUESTS = st.sampled_from(VERBS).flatmap(
    lambda verb: st.tuples(
        st.just(verb.method), path_of(verb), query_of(verb), body_of(verb),
        st.fixed_dictionaries({}, optional={
            name: st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=12)
            for name in ("If-Match", "Idempotency-Key", "Range", "If-None-Match")
        }),
    )
)  # fmt: skip


@given(requests=st.lists(REQUESTS, min_size=4, max_size=4))
@rounds
def test_every_path_answers_anything_with_an_error_of_the_catalogue(line: Line, requests: list[Any]) -> None:
    for method, path, query, body, headers in requests:
        status, answer = line.send(method, f"{path}?{query}"[:8000], body, headers)
        assert status < 500, (status, answer, method, path, query, body, headers)
        if status >= 400 and method != "HEAD":
            typed(answer["error"], (method, path, query, body, headers))


def operation_of(kind: str, name: str, field: Any) -> tuple[str, str, list[str]]:
    """Return an operation that asks for one field, with a variable for each of its arguments."""
    declared = ", ".join(f"${one}: {argument.type}" for one, argument in field.args.items())
    given_ = ", ".join(f"{one}: ${one}" for one in field.args)
    shown = " { __typename }" if isinstance(get_named_type(field.type), GraphQLObjectType) else ""
    head = f"{kind}({declared})" if declared else kind
    return name, f"{head} {{ {name}{f'({given_})' if given_ else ''}{shown} }}", list(field.args)


def operations() -> list[tuple[str, str, list[str]]]:
    """Return an operation for every field of the roots."""
    schema = build_schema()._schema
    roots = (("query", schema.query_type), ("mutation", schema.mutation_type))
    return [operation_of(kind, name, field) for kind, root in roots if root for name, field in root.fields.items()]


OPERATIONS = st.sampled_from(operations()).flatmap(
    lambda one: st.tuples(
        st.just(one[1]),
        params(one[2], {"id": NOBODY, "modelId": NOBODY} if one[0] in KEEP else {}),
    )
)  # fmt: skip


@given(asked=st.lists(OPERATIONS, min_size=3, max_size=3), bent=TEXT)
@rounds
def test_every_operation_answers_anything_with_an_error_of_the_catalogue(
    line: Line, asked: list[tuple[str, dict[str, Any]]], bent: str
) -> None:
    messages = [{"query": query, "variables": variables} for query, variables in asked]
    messages.append({"query": bent, "variables": asked[0][1], "operationName": bent})
    for message in messages:
        status, answer = line.send("POST", "/graphql", encoded(message))
        assert status in (200, 400) and answer is not None, (status, answer, message)
        if "error" in answer:
            typed(answer["error"], message)
        for error in answer.get("errors") or ():
            typed(error["extensions"], message)


ARGUMENTS = st.sampled_from(sorted(TOOLS)).flatmap(
    lambda name: st.tuples(
        st.just(name),
        st.one_of(
            params(list(TOOLS[name].definition.input_schema["properties"]), {"model": NOBODY} if name in KEEP else {}),
            JSON,
        ),
    )
)


@given(calls=st.lists(ARGUMENTS, min_size=2, max_size=2))
@rounds
def test_every_tool_answers_anything_with_an_error_of_the_catalogue(line: Line, calls: list[tuple[str, Any]]) -> None:
    for name, arguments in calls:
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
        status, answer = line.send("POST", "/mcp", encoded(call), MCP)
        assert status in (200, 202, 400), (status, answer, call)
        if answer is not None and answer.get("result", {}).get("isError"):
            text = answer["result"]["content"][0]["text"]
            assert text.partition(":")[0] in CODES, (text, call)
        elif answer is not None and "error" in answer:
            assert answer["error"]["code"] in (-32700, -32600, -32602), (answer, call)


ADDRESSES = st.lists(
    st.one_of(st.sampled_from(("models", "apps", APP, "entities", "schema", "todo", NOBODY)), TEXT)
).map(lambda parts: "torque://" + "/".join(quote(part, safe="?=&", errors="surrogatepass") for part in parts))
ASKED = st.one_of(
    st.builds(lambda uri: ("resources/read", {"uri": uri}), st.one_of(ADDRESSES, JSON)),
    st.builds(
        lambda name, given: ("prompts/get", {"name": name, "arguments": given}),
        st.one_of(st.sampled_from([prompt.name for prompt in PROMPTS]), TEXT),
        st.one_of(
            st.dictionaries(
                st.sampled_from(("model", "application", "question", "purpose", "feature", "description", "name")),
                st.one_of(TEXT, st.just(APP)),
            ),
            JSON,
        ),
    ),
    st.builds(
        lambda name, argument, text: (
            "completion/complete",
            {"ref": {"type": "ref/prompt", "name": name}, "argument": {"name": argument, "value": text}},
        ),
        st.sampled_from([prompt.name for prompt in PROMPTS]), st.sampled_from(("model", "application", "x")), TEXT,
    ),
)  # fmt: skip


@given(asked=st.lists(ASKED, min_size=3, max_size=3))
@rounds
def test_resources_and_prompts_answer_anything_with_an_error_of_the_catalogue(
    line: Line, asked: list[tuple[str, Any]]
) -> None:
    numbers = {error.rpc_code for error in catalogue().values()} - {InternalError.rpc_code} | {RESOURCE_NOT_FOUND}
    for method, given_ in asked:
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": given_}
        status, answer = line.send("POST", "/mcp", encoded(call), MCP)
        assert status in (200, 400) and answer is not None, (status, answer, call)
        assert "error" not in answer or answer["error"]["code"] in numbers, (answer, call)
