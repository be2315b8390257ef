"""Commands that change something: models, applications, tokens, workflows."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli.command import ROOT, Result, inside, torque
from tests.support.databases import Databases
from tests.support.processes import descendants
from tests.support.server import alive
from tests.support.waiting import until

GREET: dict[str, Any] = {
    "id": "greet",
    "nodes": {
        "start": {"id": "start", "type": "Start"},
        "js": {"id": "js", "type": "JavaScript", "config": {"code": "return 'Hello ' + input.name.trim()"}},
        "end": {"id": "end", "type": "End"},
    },
    "edges": [{"source": "start", "target": "js"}, {"source": "js", "target": "end"}],
}
ENDLESS = {**GREET, "id": "endless", "nodes": {**GREET["nodes"], "js": {"id": "js", "type": "JavaScript",
    "config": {"code": "while (true) {}"}}}}  # fmt: skip
MODEL: dict[str, Any] = {
    "format": "torque/1",
    "name": "shop",
    "display_name": "Shop",
    "version": "1.0.0",
    "entities": [
        {"id": "item", "name": "item", "fields": [{"id": "f1", "name": "label", "field_type": {"type": "String"}}]}
    ],
    "xflows": [GREET, ENDLESS],
    "sample_data": {"item": [{"id": "0190aaaa-0000-7000-8000-000000000001", "label": "Pen"}]},
}


class Project:
    """A project folder on a database of its own, with the model loaded."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.document = folder / "shop.json"
        self.document.write_text(json.dumps(MODEL))

    def torque(self, *args: str, **rest: Any) -> Result:
        """Run a command in the project."""
        return inside(*args, folder=self.folder, url=self.url, **rest)

    def json(self, *args: str, **rest: Any) -> Any:
        """Run a command that succeeds with --json; return what it answers."""
        done = self.torque(*args, "--json", **rest)
        assert done.code == 0, done
        return done.json()


@pytest.fixture(scope="module")
def shop(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project with the model and its application; tests leave it as it is."""
    url = databases.migrated()
    made = Project(tmp_path_factory.mktemp("shop"), url)
    imported = made.json("model", "import", "--input", "shop.json")
    assert imported["application"]["name"] == "shop"
    yield made
    databases.drop(url)


def test_an_import_makes_the_model_and_its_application_with_the_records(shop: Project) -> None:
    assert [model["name"] for model in shop.json("model", "list")] == ["shop"]
    assert [(app["name"], app["status"]) for app in shop.json("app", "list")] == [("shop", "running")]
    assert "shop" in shop.torque("model", "list").out


def test_an_export_can_be_imported_and_exported_again_with_the_same_bytes(shop: Project) -> None:
    assert shop.torque("model", "export", "--model-id", "shop", "--output", "first.json").code == 0
    first = (shop.folder / "first.json").read_text()
    copy = shop.json("model", "import", "--input", "-", "--name", "copy", "--no-app", stdin=first)
    assert "application" not in copy
    second = json.loads(shop.torque("model", "export", "--model-id", "copy").out)
    assert {**second, "name": "shop"} == json.loads(first)
    assert shop.torque("model", "delete", "copy").code == 2
    assert shop.torque("model", "delete", "copy", "--yes").code == 0
    assert shop.torque("model", "delete", "copy", "--yes").code == 4


def test_a_dry_run_changes_nothing(shop: Project) -> None:
    answer = shop.json("model", "import", "--input", "shop.json", "--name", "dry", "--dry-run")
    assert "application" not in answer
    assert [model["name"] for model in shop.json("model", "list")] == ["shop"]


def test_a_merge_tells_what_differs_and_what_it_means_for_records_before_it_is_made(shop: Project) -> None:
    [entity] = MODEL["entities"]
    narrow = {**entity["fields"][0], "field_type": {"type": "String", "max_length": 2}}
    (shop.folder / "narrow.json").write_text(json.dumps({**MODEL, "entities": [{**entity, "fields": [narrow]}]}))
    command = ("model", "import", "--input", "narrow.json", "--mode", "merge", "--dry-run")
    answer = shop.json(*command)
    assert [(one["kind"], one["name"], one["action"]) for one in answer["diff"]] == [("Field", "label", "changed")]
    [effect] = answer["effects"]
    assert (effect["application"], effect["field"], effect["records"], effect["of"]) == ("shop", "label", 1, 1)
    said = shop.torque(*command)
    assert "1 of 1 records break the rule" in said.out + said.err
    assert "nothing was changed" in said.out
    assert shop.torque("model", "import", "--input", "narrow.json", "--name", "no", "--mode", "replace").code == 4


def test_a_name_that_is_taken_is_a_conflict(shop: Project) -> None:
    assert shop.torque("model", "create", "shop").code == 5


def test_findings_of_a_model_are_shown_and_are_three(shop: Project) -> None:
    assert shop.torque("model", "validate", "shop").code == 0
    broken = {**MODEL, "entities": [{**MODEL["entities"][0], "fields": [
        {"id": "f1", "name": "customer", "field_type": {"type": "Reference", "entity": "nobody"}},
        {"id": "f2", "name": "amount", "field_type": {"type": "Integer"}, "default_value": "many"}]}]}  # fmt: skip
    (shop.folder / "broken.json").write_text(json.dumps(broken))
    found = shop.torque("model", "validate", "broken.json", "--json")
    assert found.code == 3
    assert any("nobody" in finding["message"] for finding in found.json()["findings"])
    said = shop.torque("model", "validate", "broken.json").out
    assert "Records that leave the field out are refused." in said
    assert "Fix: Remove the default" in said


def test_applications_come_and_go(shop: Project) -> None:
    made = shop.json("app", "create", "shop", "--name", "shop-test", "--label", "Test")
    assert (made["name"], made["label"]) == ("shop-test", "Test")
    assert shop.torque("app", "create", "shop", "--name", "shop-test").code == 5
    assert shop.torque("app", "stop", "shop-test", "--yes").code == 0
    assert {app["name"]: app["status"] for app in shop.json("app", "list")}["shop-test"] == "stopped"
    assert shop.torque("app", "start", "shop-test").code == 0
    assert shop.torque("app", "delete", "shop-test").code == 2
    assert shop.torque("app", "delete", "shop-test", "--yes").code == 0
    assert shop.torque("app", "start", "shop-test").code == 4


def test_a_token_is_shown_once_listed_and_revoked(shop: Project) -> None:
    made = shop.json("token", "create", "ci", "--application", "shop", "--expires", "30d")
    assert set(made) == {"id", "name", "role", "token"}
    assert made["token"].startswith("tq_")
    listed = shop.torque("token", "list", "--json")
    assert made["token"] not in listed.out
    assert [token["name"] for token in listed.json()] == ["ci"]
    assert shop.torque("token", "create", "x", "--expires", "soon").code == 2
    assert shop.torque("token", "create", "x", "--application", "nowhere").code == 4
    assert shop.torque("token", "revoke", "ci", "--yes").code == 0
    assert shop.torque("token", "revoke", "ci", "--yes").code == 4
    assert "/editor/sign-in#" in shop.json("token", "link")["url"]


def test_a_workflow_is_run_with_input_from_the_line_a_file_or_stdin(shop: Project) -> None:
    assert shop.json("xflow", "list")[0]["id"] == "greet"
    run = ("xflow", "execute", "greet", "--app", "shop", "--input")
    assert shop.json(*run, '{"name": "Ada"}')["output"] == "Hello Ada"
    (shop.folder / "in.json").write_text('{"name": "Bob"}')
    assert shop.torque(*run, "@in.json").out == '"Hello Bob"\n'
    assert shop.json(*run, "@-", stdin='{"name": "Eve"}')["status"] == "succeeded"
    assert shop.torque(*run, "{not json").code == 2
    failed = shop.torque(*run, "{}", "--json")
    assert failed.code == 1
    assert failed.json()["error"]["code"] == "SCRIPT"
    assert shop.torque("xflow", "execute", "nothing", "--app", "shop").code == 4


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_command_ends_its_script_and_is_130(shop: Project, sign: signal.Signals) -> None:
    command = [sys.executable, "-m", "torque.cli.main", "xflow", "execute", "endless", "--app", "shop"]
    environ = {**os.environ, "TORQUE_DATABASE_URL": shop.url, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(
        command, cwd=shop.folder, env=environ, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(sign, signal.SIG_DFL),  # whatever these tests run under ignores
    )  # fmt: skip
    scripts = until(lambda: descendants(running.pid)[1:], what="a script process below the broker")
    running.send_signal(sign)
    try:
        _, said = running.communicate(timeout=10)
    finally:
        running.kill()
        running.communicate()
    assert running.returncode == 130
    assert said.strip() == b"Interrupted."
    until(lambda: not any(alive(pid) for pid in scripts), 2.0, "the end of the script process")


def test_a_workflow_is_checked_in_the_application_or_as_a_file(shop: Project) -> None:
    assert shop.torque("xflow", "validate", "greet", "--app", "shop").code == 0
    (shop.folder / "flow.json").write_text(json.dumps({**GREET, "edges": [{"source": "js", "target": "start"}]}))
    found = shop.torque("xflow", "validate", "flow.json", "--app", "shop", "--json")
    assert found.code == 3
    assert found.json()["errors"] > 0


def test_a_workflow_is_tested_with_the_cases_of_a_file(shop: Project) -> None:
    good = [
        {"name": "greets", "input": {"name": "Ada"}, "output": "Hello Ada"},
        {"name": "needs a name", "input": {}, "error": "SCRIPT"},
    ]
    (shop.folder / "cases.json").write_text(json.dumps(good))
    test = ("xflow", "test", "greet", "--app", "shop", "--test-data", "cases.json")
    done = shop.torque(*test, "--json")
    assert done.code == 0
    assert [row["passed"] for row in done.json()] == [True, True]
    assert "Cases: 2/2 needs a name" in done.err
    (shop.folder / "cases.json").write_text(json.dumps([{**good[0], "output": "Hi Ada"}]))
    failed = shop.torque(*test, "--json")
    assert failed.code == 3
    assert "Hello Ada" in failed.json()[0]["difference"]


def test_a_backup_brings_everything_back_into_another_database(
    shop: Project, databases: Databases, project: Path
) -> None:
    file = str(project / "all.backup")
    assert shop.json("backup", file)["rows"] > 0
    assert shop.torque("backup", file).code == 2
    other = Project(project, databases.empty())
    assert other.torque("restore", file).code == 0
    assert [model["name"] for model in other.json("model", "list")] == ["shop"]
    run = other.json("xflow", "execute", "greet", "--app", "shop", "--input", '{"name": "Ada"}')
    assert run["output"] == "Hello Ada"
    again = other.torque("restore", file)
    assert again.code == 5
    assert "--replace" in again.err
    assert other.torque("restore", file, "--replace").code == 2
    assert other.torque("restore", file, "--replace", "--yes").code == 0


def test_a_command_without_a_server_starts_the_embedded_database_and_ends_it(project: Path) -> None:
    (project / "shop.json").write_text(json.dumps(MODEL))
    made = torque("model", "import", "--input", "shop.json", folder=project)
    assert made.code == 0, made
    assert (project / ".torque" / "pg").is_dir()
    assert torque("cache", "flush", folder=project).code == 0
    assert [app["name"] for app in torque("app", "list", "--json", folder=project).json()] == ["shop"]
