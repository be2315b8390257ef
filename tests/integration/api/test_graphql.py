"""GraphQL over HTTP: models, changes, revisions, applications, tokens, workflows, limits and errors."""

import json
from typing import Any

import pytest
from graphql import get_introspection_query

from tests.integration.api.graph import Graph
from tests.integration.api.tokens import make_token
from tests.support.server import RunningServer

FIELD = {
    "type": "AddField",
    "parent": "",
    "value": {"id": "note", "name": "note", "field_type": {"type": "String", "max_length": 80}},
}


@pytest.fixture
def graph(server: RunningServer, token: str) -> Graph:
    """A client that is an administrator."""
    return Graph(server, token)


@pytest.fixture
def model(graph: Graph, request: pytest.FixtureRequest) -> Any:
    """A copy of the TODO model, of this test's own."""
    name = f"copy-{abs(hash(request.node.nodeid)) % 10**9}"
    copied = graph.data(
        "mutation($id: ID!, $name: String!) { duplicateModel(modelId: $id, name: $name) {"
        " id name revision document } }",
        id="todo",
        name=name,
    )
    return copied["duplicateModel"]


def todo_entity(document: Any) -> Any:
    """Return the entity `todo` of a document."""
    return next(entity for entity in document["entities"] if entity["name"] == "todo")


def test_models_are_listed_with_their_applications(graph: Graph) -> None:
    models = graph.data(
        "{ models { id name displayName version revision entityCount pageCount formCount xflowCount createdAt updatedAt"
        "  applications { id name url status public createdAt updatedAt } } }"
    )["models"]
    todo = next(one for one in models if one["name"] == "todo")
    assert (todo["entityCount"], todo["formCount"]) == (1, 1)
    assert [one["name"] for one in todo["applications"]] == ["todo"]
    assert todo["applications"][0]["url"] == "/app/todo"


def test_a_model_is_found_by_name_and_by_id_with_its_document(graph: Graph) -> None:
    query = "query($id: ID!) { model(id: $id) { id name document findings { id severity message } } }"
    by_name = graph.data(query, id="todo")["model"]
    assert by_name["document"]["format"] == "torque/1"
    assert graph.data(query, id=by_name["id"])["model"]["id"] == by_name["id"]
    assert [one for one in by_name["findings"] if one["severity"] == "Error"] == []


def test_changes_are_tried_saved_listed_and_taken_back(graph: Graph, model: Any) -> None:
    change = {**FIELD, "parent": todo_entity(model["document"])["id"]}
    apply = (
        "mutation($id: ID!, $changes: [JSON!]!, $dry: Boolean!, $if: Int) {"
        ' applyChanges(modelId: $id, changes: $changes, dryRun: $dry, ifRevision: $if, message: "a note") {'
        " revision dryRun diff model { document } findingsBefore { id } findingsAfter { id } } }"
    )
    tried = graph.data(apply, id=model["id"], changes=[change], dry=True)["applyChanges"]
    assert (tried["revision"], tried["dryRun"]) == (model["revision"], True)
    assert [(one["kind"], one["action"]) for one in tried["diff"]] == [("Field", "added")]
    saved = graph.data(apply, id=model["id"], changes=[change], dry=False, **{"if": model["revision"]})["applyChanges"]
    assert saved["revision"] == model["revision"] + 1
    assert "note" in {field["name"] for field in todo_entity(saved["model"]["document"])["fields"]}
    stale = graph.error(apply, id=model["id"], changes=[change], dry=False, **{"if": model["revision"]})
    assert stale["extensions"]["code"] == "CONFLICT"
    revisions = graph.data(
        "query($id: ID!) { modelRevisions(modelId: $id) { revision author message createdAt changes } }", id=model["id"]
    )["modelRevisions"]
    assert [one["revision"] for one in revisions] == sorted((one["revision"] for one in revisions), reverse=True)
    assert (revisions[0]["message"], revisions[0]["changes"]) == ("a note", [change])
    restored = graph.data(
        "mutation($id: ID!, $revision: Int!) { restoreModelRevision(modelId: $id, revision: $revision) {"
        " revision model { document } } }",
        id=model["id"],
        revision=model["revision"],
    )["restoreModelRevision"]
    assert restored["revision"] == saved["revision"] + 1
    assert todo_entity(restored["model"]["document"])["fields"] == todo_entity(model["document"])["fields"]


def test_an_import_over_a_model_and_a_restore_tell_first_what_they_would_do(graph: Graph, model: Any) -> None:
    graph.data("mutation($id: ID!) { runTorqueApp(modelId: $id) { id } }", id=model["id"])
    document = json.loads(json.dumps(model["document"]))
    fields = todo_entity(document)["fields"]
    fields.remove(next(field for field in fields if field["name"] == "label"))
    replace = (
        "mutation($document: String!, $dry: Boolean!) { importModel(document: $document, mode: Replace, dryRun: $dry) {"
        " dryRun findings { severity message } change { revision diff effects {"
        " application entity field rule records of complete } } } }"
    )
    tried = graph.data(replace, document=json.dumps(document), dry=True)["importModel"]
    assert tried["change"]["revision"] == model["revision"]
    assert ("Field", "label", "removed") in {(d["kind"], d["name"], d["action"]) for d in tried["change"]["diff"]}
    assert any("label" in finding["message"] for finding in tried["findings"])
    [effect] = tried["change"]["effects"]
    assert (effect["application"], effect["entity"], effect["field"]) == (model["name"], "todo", "label")
    assert (effect["rule"], effect["records"], effect["complete"]) == ("Removed", effect["of"], True)
    assert effect["of"] > 0

    done = graph.data(replace, document=json.dumps(document), dry=False)["importModel"]["change"]["revision"]
    differs = "query($id: ID!, $before: Int!, $after: Int!) { modelDiff(modelId: $id, before: $before, after: $after) }"
    found = graph.data(differs, id=model["id"], before=model["revision"], after=done)["modelDiff"]
    assert ("Field", "label", "removed") in {(one["kind"], one["name"], one["action"]) for one in found}
    restore = (
        "mutation($id: ID!, $revision: Int!, $dry: Boolean!) {"
        " restoreModelRevision(modelId: $id, revision: $revision, dryRun: $dry) { revision dryRun diff } }"
    )
    variables = {"id": model["id"], "revision": model["revision"]}
    trial = graph.data(restore, **variables, dry=True)["restoreModelRevision"]
    assert (trial["revision"], trial["dryRun"]) == (done, True)
    assert ("label", "added") in {(one["name"], one["action"]) for one in trial["diff"]}
    back = graph.data(restore, **variables, dry=False)["restoreModelRevision"]
    assert back["revision"] == done + 1


def test_a_model_is_made_exported_imported_and_deleted(graph: Graph) -> None:
    made = graph.data('mutation { createModel(name: "made-here", displayName: "Made") { id name displayName } }')
    model_id = made["createModel"]["id"]
    export = "mutation($id: ID!) { exportModel(modelId: $id) }"
    document = graph.data(export, id=model_id)["exportModel"]
    assert json.loads(document)["name"] == "made-here"
    imported = graph.data(
        'mutation($document: String!) { importModel(document: $document, name: "made-again") {'
        " dryRun model { id name } application { id name status public } report { path what done } } }",
        document=document,
    )["importModel"]
    assert (imported["model"]["name"], imported["application"]["name"]) == ("made-again", "made-again")
    tried = graph.data(
        'mutation($document: String!) { importModel(document: $document, name: "never", dryRun: true) {'
        " dryRun model { id } application { id } } }",
        document=document,
    )["importModel"]
    assert tried == {"dryRun": True, "model": None, "application": None}
    graph.data("mutation($id: ID!) { deleteApplication(id: $id) }", id=imported["application"]["id"])
    for gone in (model_id, imported["model"]["id"]):
        assert graph.data("mutation($id: ID!) { deleteModel(modelId: $id) }", id=gone) == {"deleteModel": True}
        assert graph.error(export, id=gone)["extensions"]["code"] == "NOT_FOUND"


def test_applications_are_run_stopped_started_and_deleted(graph: Graph, model: Any) -> None:
    run = "mutation($id: ID!) { runTorqueApp(modelId: $id) { id name url status modelId } }"
    first = graph.data(run, id=model["id"])["runTorqueApp"]
    assert graph.data(run, id=model["id"])["runTorqueApp"]["id"] == first["id"]
    stop = "mutation($id: ID!) { stopApplication(id: $id) { status } }"
    assert graph.data(stop, id=first["id"])["stopApplication"]["status"] == "stopped"
    start = "mutation($id: ID!) { startApplication(id: $id) { status } }"
    assert graph.data(start, id=first["id"])["startApplication"]["status"] == "running"
    second = graph.data(
        "mutation($id: ID!, $name: String!) {"
        ' createApplication(modelId: $id, name: $name, label: "Two") { id label } }',
        id=model["id"],
        name=f"{model['name']}-two",
    )["createApplication"]
    assert second["label"] == "Two"
    listed = graph.data("query($id: ID) { applications(modelId: $id) { id } }", id=model["id"])["applications"]
    assert {one["id"] for one in listed} == {first["id"], second["id"]}
    for gone in (first["id"], second["id"]):
        graph.data("mutation($id: ID!) { deleteApplication(id: $id) }", id=gone)
    assert graph.error("query($id: ID!) { application(id: $id) { id } }", id=first["id"])["extensions"]["code"] == (
        "NOT_FOUND"
    )


def test_a_token_is_made_used_listed_and_revoked(graph: Graph, server: RunningServer) -> None:
    made = graph.data(
        'mutation { createToken(name: "short", role: "admin", expiresAt: "2099-01-01T00:00:00Z") {'
        " secret token { id name role expiresAt revokedAt } } }"
    )["createToken"]
    assert made["token"]["expiresAt"] == "2099-01-01T00:00:00.000000Z"
    assert Graph(server, made["secret"]).data("{ me { name roles applicationId } }")["me"]["name"] == "short"
    assert made["token"]["id"] in {one["id"] for one in graph.data("{ tokens { id } }")["tokens"]}
    graph.data("mutation($id: ID!) { revokeToken(id: $id) }", id=made["token"]["id"])
    assert Graph(server, made["secret"]).send("{ me { name } }").status == 401
    past = graph.error('mutation { createToken(name: "x", role: "admin", expiresAt: "yesterday") { secret } }')
    assert past["extensions"]["code"] == "INVALID_PARAMS"


def test_a_workflow_runs_and_a_failing_one_says_why(graph: Graph) -> None:
    run = (
        "mutation($app: ID!, $flow: String!, $input: JSON) {"
        " executeXFlow(applicationId: $app, xflowId: $flow, input: $input) { id status output error } }"
    )
    done = graph.data(run, app="todo", flow="export_todos")["executeXFlow"]
    assert (done["status"], done["error"]) == ("succeeded", None)
    assert graph.error(run, app="todo", flow="nowhere")["extensions"]["code"] == "NOT_FOUND"
    assert graph.error(run, app="todo", flow="export_todos", input="a\0")["extensions"]["code"] == "INVALID_PARAMS"
    kept = graph.data(run, app="todo", flow="export_todos", input={"a": "\\u0000"})["executeXFlow"]
    assert kept["status"] == "succeeded"


def test_a_workflow_asked_for_twice_under_one_key_runs_once(graph: Graph) -> None:
    run = (
        'mutation($input: JSON) { executeXFlow(applicationId: "todo", xflowId: "export_todos", input: $input,'
        ' idempotencyKey: "once") { id status } }'
    )
    first = graph.data(run)["executeXFlow"]
    assert graph.data(run)["executeXFlow"] == first
    assert graph.error(run, input={"other": True})["extensions"]["code"] == "CONFLICT"


@pytest.mark.covers("error:FORBIDDEN")
def test_models_are_for_administrators(server: RunningServer) -> None:
    nobody = Graph(server, None)
    assert nobody.error("{ models { id } }")["extensions"]["code"] == "UNAUTHENTICATED"
    assert nobody.error("{ me { name } }")["extensions"]["code"] == "UNAUTHENTICATED"
    bad = Graph(server, "tq_nobody").send("{ me { name } }")
    assert (bad.status, bad.json()["error"]["code"]) == (401, "UNAUTHENTICATED")


async def test_a_token_of_an_application_may_not_touch_models(server: RunningServer) -> None:
    narrow = await make_token(str(server.settings["database.url"]), application="todo", name="narrow-graph")
    error = Graph(server, narrow).error("{ models { id } }")
    assert error["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ models { id ", "INVALID_REQUEST"),
        ("{ nothing }", "INVALID_REQUEST"),
        ('{ model(id: "nowhere") { id } }', "NOT_FOUND"),
        ("{" + "".join(f"a{n}: me {{ id }} " for n in range(60)) + "}", "INVALID_REQUEST"),
    ],
    ids=["syntax", "unknown field", "unknown model", "too many aliases"],
)
def test_errors_carry_the_catalogues_code(graph: Graph, query: str, code: str) -> None:
    error = graph.error(query)
    assert error["extensions"]["code"] == code
    assert error["message"]


@pytest.mark.covers("config:graphql.max_query_complexity", "config:graphql.max_query_depth")
def test_an_operation_that_costs_too_much_is_refused(graph: Graph) -> None:
    inner = "applications { id name label status url createdAt updatedAt public modelId modelRevision }"
    fields = "id name displayName description version revision entityCount pageCount formCount xflowCount"
    costly = "{" + " ".join(f"a{n}: models {{ {fields} {inner} }}" for n in range(5)) + "}"
    assert "costs" in graph.error(costly)["message"]
    deep = "{ __schema { types " + "{ fields { type " * 11 + "{ name }" + " } }" * 11 + " } }"
    assert "deeper" in graph.error(deep)["message"]


def test_a_document_nested_without_end_is_refused_and_the_server_goes_on(graph: Graph) -> None:
    answer = graph.send("{a" * 3000 + "}" * 3000)
    assert answer.status in (200, 400)
    assert "errors" in answer.json()
    assert graph.data("{ me { id } }")


def test_fragments_that_multiply_each_other_are_measured_once(graph: Graph) -> None:
    spread = [f"fragment f{n} on Query {{ {f'...f{n + 1} ' * 190} }}" for n in range(10)]
    document = f"{{ ...f0 }} {' '.join(spread)} fragment f10 on Query {{ __typename }}"
    assert "costs" in graph.error(document)["message"]
    assert "costs" in graph.error("{ ...a } fragment a on Query { " + "__typename " * 3900 + "}")["message"]
    assert "aliases" in graph.error("{ ...a ...a } fragment a on Query { " + "a: __typename " * 30 + "}")["message"]


def test_the_introspection_that_tools_send_is_answered(graph: Graph) -> None:
    of_type = "ofType { kind name " * 7 + "} " * 7
    names = graph.data("{ __schema { types { name fields { name type { kind name " + of_type + "} } } } }")
    assert "Model" in {one["name"] for one in names["__schema"]["types"]}


def test_the_introspection_with_fragments_that_tools_send_is_answered(graph: Graph) -> None:
    described = graph.data(get_introspection_query(input_value_deprecation=True))
    assert described["__schema"]["queryType"]["name"] == "Query"


def test_a_body_that_is_no_json_is_refused(server: RunningServer, token: str) -> None:
    headers = {"authorization": f"Bearer {token}"}
    assert server.request("POST", "/graphql", b"{", {**headers, "content-type": "application/json"}).status == 400
    assert server.request("POST", "/graphql", b"{}", {**headers, "content-type": "text/plain"}).status == 415


def test_queries_can_be_sent_by_get_but_not_mutations(server: RunningServer, token: str) -> None:
    headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
    assert server.request("GET", "/graphql?query={me{id}}", headers=headers).json()["data"]["me"]["id"]
    refused = server.request("GET", "/graphql?query=mutation{revokeToken(id:%22x%22)}", headers=headers)
    assert refused.status == 400
