"""Entity types and the audit log through GraphQL."""

import pytest

from tests.integration.api.graph import Graph
from tests.integration.api.tokens import make_token
from tests.support.server import RunningServer

TYPES = """query ($id: ID!) { entityTypes(modelId: $id) {
    id name displayName titleField fields { name type list target required unique readOnly } definition } }"""
LOG = """query ($app: ID!, $type: String, $id: ID, $actor: String, $since: Timestamp, $after: String, $n: Int! = 50) {
    auditLog(
        applicationId: $app, entityType: $type, entityId: $id, actor: $actor, since: $since, after: $after, limit: $n
    ) {
        cursor at action actor role protocol requestId entityType entityId old new } }"""


def test_entity_types_of_a_model_are_told_with_their_fields(server: RunningServer, token: str) -> None:
    found = Graph(server, token).data(TYPES, id="customer-orders")["entityTypes"]
    order = next(one for one in found if one["name"] == "order")
    reference = next(field for field in order["fields"] if field["name"] == "customer_id")
    assert (reference["type"], reference["target"], reference["list"]) == ("Reference", "customer", False)
    assert order["definition"]["name"] == "order"
    assert Graph(server, token).error(TYPES, id="nowhere")["extensions"]["code"] == "NOT_FOUND"


def test_the_audit_log_tells_who_changed_what_through_which_protocol(server: RunningServer, token: str) -> None:
    graph = Graph(server, token)
    made = server.rpc("createEntity", {"entityType": "todo", "data": {"label": "Audited"}}, "todo", token)["result"]
    change = {"entityId": made["id"], "data": {"label": "Audited again"}}
    server.rpc("updateEntity", change, "todo", token)
    newest, first = graph.data(LOG, app="todo", id=made["id"])["auditLog"]
    assert (newest["action"], newest["old"], newest["new"]) == (
        "update", {"label": "Audited"}, {"label": "Audited again"},
    )  # fmt: skip
    assert (first["action"], first["entityType"], first["protocol"], first["role"]) == (
        "create",
        "todo",
        "jsonrpc",
        "admin",
    )
    assert first["requestId"]
    assert graph.data(LOG, app="todo", id=made["id"], n=1)["auditLog"] == [newest]
    assert graph.data(LOG, app="todo", id=made["id"], after=newest["cursor"])["auditLog"] == [first]
    assert graph.data(LOG, app="todo", type="todo", since=newest["at"], actor=newest["actor"])["auditLog"][-1] == newest
    assert graph.data(LOG, app="todo", id=made["id"], actor="nobody")["auditLog"] == []
    assert newest in graph.data(LOG, app="todo", n=1000)["auditLog"], "within the day before now"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"app": "nowhere"}, "NOT_FOUND"), ({"app": "todo", "type": "tod"}, "NOT_FOUND"),
        ({"app": "todo", "id": "x"}, "INVALID_PARAMS"), ({"app": "todo", "since": "x"}, "INVALID_PARAMS"),
        ({"app": "todo", "after": "x"}, "INVALID_PARAMS"), ({"app": "todo", "n": 0}, "INVALID_PARAMS"),
        ({"app": "todo", "n": 1001}, "INVALID_PARAMS"), ({"app": "todo", "actor": "\0"}, "INVALID_PARAMS"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(
    server: RunningServer, token: str, given: dict[str, object], code: str
) -> None:
    assert Graph(server, token).error(LOG, **given)["extensions"]["code"] == code


async def test_the_audit_log_is_for_administrators_of_the_server(server: RunningServer) -> None:
    narrow = await make_token(str(server.settings["database.url"]), application="todo", name="no-log")
    assert Graph(server, narrow).error(LOG, app="todo")["extensions"]["code"] == "FORBIDDEN"
    assert Graph(server, None).error(LOG, app="todo")["extensions"]["code"] == "UNAUTHENTICATED"
