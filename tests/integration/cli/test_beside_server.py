"""Commands beside a running server: they join its database, and what they change counts at once."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.integration.cli.command import ROOT, inside, torque
from tests.integration.cli.test_services import MODEL
from tests.support.databases import Databases
from tests.support.server import RunningServer
from tests.support.waiting import until
from torque.db.embedded import join


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server on the embedded database of its project, with the model loaded by a command beside it."""
    running = RunningServer(tmp_path_factory.mktemp("beside"), {"server.workers": 1})
    running.start()
    (running.folder / "shop.json").write_text(json.dumps(MODEL))
    assert torque("model", "import", "--input", "shop.json", folder=running.folder).code == 0
    yield running
    running.kill()


def records(server: RunningServer, token: str) -> Any:
    """Ask the server for the records of the shop."""
    return server.rpc("loadEntityData", {"entityType": "item"}, app="shop", token=token)


def test_a_token_works_at_once_and_is_refused_at_once_when_revoked(embedded: RunningServer) -> None:
    made = torque("token", "create", "beside", "--json", folder=embedded.folder).json()
    assert records(embedded, made["token"])["result"]["data"][0]["label"] == "Pen"
    assert torque("token", "revoke", "beside", "--yes", folder=embedded.folder).code == 0
    until(lambda: "error" in records(embedded, made["token"]), 2.0, "the refusal of a revoked token")


def test_a_sign_in_link_leads_to_the_server_that_runs_whatever_address_is_configured(embedded: RunningServer) -> None:
    made = torque("token", "link", "--json", folder=embedded.folder, TORQUE_SERVER_BIND="127.0.0.1:1")
    assert made.json()["url"].startswith(f"{embedded.url}/editor/sign-in#")


def test_what_a_workflow_writes_from_the_command_line_is_seen_by_the_server(embedded: RunningServer) -> None:
    token = torque("token", "create", "reader", "--json", folder=embedded.folder).json()["token"]
    assert len(records(embedded, token)["result"]["data"]) == 1
    document = {**MODEL, "xflows": [*MODEL["xflows"], ADD]}
    (embedded.folder / "more.json").write_text(json.dumps({**document, "name": "shop-two"}))
    imported = torque("model", "import", "--input", "more.json", "--json", folder=embedded.folder)
    assert imported.code == 0, imported
    run = torque("xflow", "execute", "add", "--app", "shop-two", folder=embedded.folder)
    assert run.code == 0, run
    seen = embedded.rpc("loadEntityData", {"entityType": "item"}, app="shop-two", token=token)
    assert {record["label"] for record in seen["result"]["data"]} == {"Pen", "Ink"}


def test_what_a_command_wrote_is_seen_although_it_was_killed_before_it_could_say_so(embedded: RunningServer) -> None:
    token = torque("token", "create", "killed", "--json", folder=embedded.folder).json()["token"]
    (embedded.folder / "third.json").write_text(json.dumps({**MODEL, "name": "shop-three"}))
    assert torque("model", "import", "--input", "third.json", folder=embedded.folder).code == 0

    def labels() -> set[str]:
        answer = embedded.rpc("loadEntityData", {"entityType": "item"}, app="shop-three", token=token)
        return {record["label"] for record in answer["result"]["data"]}

    until(lambda: cached(embedded, labels), what="an answer from the cache")
    use = join(embedded.folder / ".torque" / "pg")
    try:
        command = [sys.executable, "-m", "tests.integration.cli.killed", use.dsn, "shop-three", "Last words"]
        assert subprocess.run(command, cwd=ROOT, timeout=60).returncode == -signal.SIGKILL
    finally:
        use.close()
    until(lambda: "Last words" in labels(), 2.0, "the record of the killed command")


def cached(server: RunningServer, ask: Callable[[], object]) -> bool:
    """Ask, and tell whether the answer came from the cache."""
    before = cached_answers(server)
    ask()
    return cached_answers(server) > before


def cached_answers(server: RunningServer) -> float:
    text = server.request("GET", "/metrics").body.decode()
    return float(next(line for line in text.splitlines() if line.startswith("torque_cached_answers_total")).split()[1])


def test_what_was_changed_by_hand_is_seen_after_a_flush(embedded: RunningServer) -> None:
    token = torque("token", "create", "flush", "--json", folder=embedded.folder).json()["token"]
    assert {record["label"] for record in records(embedded, token)["result"]["data"]} == {"Pen"}
    use = join(embedded.folder / ".torque" / "pg")
    try:
        with psycopg.connect(use.dsn) as connection:
            connection.execute("""UPDATE entities SET data = jsonb_set(data, '{label}', '"Pencil"')""")
    finally:
        use.close()
    assert torque("cache", "flush", folder=embedded.folder).code == 0
    until(lambda: "Pencil" in json.dumps(records(embedded, token)), 2.0, "the change made by hand")


def test_what_another_program_changes_is_seen_where_the_database_tells_as_documented(embedded: RunningServer) -> None:
    page = (ROOT / "docs/how-to/use-your-own-postgres.md").read_text(encoding="utf-8")
    token = torque("token", "create", "program", "--json", folder=embedded.folder).json()["token"]
    use = join(embedded.folder / ".torque" / "pg")
    try:
        with psycopg.connect(use.dsn, autocommit=True) as program:
            program.execute(page.partition("```sql\n")[2].partition("```")[0])
            program.execute("LISTEN torque")
            made = embedded.rpc(
                "createEntity", {"entityType": "item", "data": {"label": "Own"}}, app="shop", token=token
            )
            assert not [*program.notifies(timeout=0.2, stop_after=1)], "what the server writes is told by the server"
            until(lambda: cached(embedded, lambda: records(embedded, token)), what="an answer from the cache")
            program.execute(
                """UPDATE entities SET data = jsonb_set(data, '{label}', '"Brush"') WHERE id = %s""",
                (made["result"]["id"],),
            )
            until(lambda: "Brush" in json.dumps(records(embedded, token)), 2.0, "the change made by the program")
            program.execute("DROP FUNCTION torque_tell CASCADE")
    finally:
        use.close()
    embedded.rpc("deleteEntity", {"entityId": made["result"]["id"]}, app="shop", token=token)


def test_a_backup_is_taken_while_the_server_runs(embedded: RunningServer, tmp_path: Path) -> None:
    assert torque("backup", str(tmp_path / "b"), folder=embedded.folder).code == 0


def test_what_is_saved_after_a_restore_counts_though_the_server_knew_another_revision_of_that_number(
    embedded: RunningServer, tmp_path: Path
) -> None:
    token = torque("token", "create", "restored", "--json", folder=embedded.folder).json()["token"]

    def save(label: str) -> None:
        entity = {**MODEL["entities"][0], "display_name": label}
        (embedded.folder / "saved.json").write_text(json.dumps({**MODEL, "entities": [entity]}))
        saved = torque("model", "import", "--input", "saved.json", "--mode", "replace", folder=embedded.folder)
        assert saved.code == 0, saved

    def shown() -> tuple[int, str]:
        result = embedded.rpc("getModelMetadata", {}, app="shop", token=token)["result"]
        return result["modelVersion"], result["entities"][0]["displayName"]

    assert torque("backup", str(tmp_path / "b"), folder=embedded.folder).code == 0
    revision, label = shown()
    save("Before the restore")
    until(lambda: shown() == (revision + 1, "Before the restore"), 2.0, "the saved model")
    assert torque("restore", str(tmp_path / "b"), "--replace", "--yes", folder=embedded.folder).code == 0
    until(lambda: shown() == (revision, label), 2.0, "the restored model")
    save("After the restore")
    until(lambda: shown() == (revision + 1, "After the restore"), 2.0, "the model that was saved last")
    assert torque("restore", str(tmp_path / "b"), "--replace", "--yes", folder=embedded.folder).code == 0
    save("After another, of which nobody asked in between")
    until(lambda: "another" in shown()[1], 2.0, "the model that was saved at last")


def test_a_list_goes_on_after_a_restore_of_another_database_in_whichever_process_it_is_asked(
    embedded: RunningServer, databases: Databases, tmp_path: Path
) -> None:
    other = databases.migrated()
    (tmp_path / "shop.json").write_text(json.dumps(MODEL))
    assert inside("model", "import", "--input", "shop.json", folder=tmp_path, url=other).code == 0
    assert inside("backup", "other", folder=tmp_path, url=other).code == 0

    def page(**where: str) -> Any:
        params = {"entityType": "item", "limit": 1, **where}
        return embedded.rpc("loadEntityData", params, app="shop", token=token)

    token = torque("token", "create", "pages", "--json", folder=embedded.folder).json()["token"]
    page()
    assert torque("restore", str(tmp_path / "other"), "--replace", "--yes", folder=embedded.folder).code == 0
    token = torque("token", "create", "pages", "--json", folder=embedded.folder).json()["token"]
    until(lambda: "result" in page(), 2.0, "the restored application")
    embedded.rpc("createEntity", {"entityType": "item", "data": {"label": "Ink"}}, app="shop", token=token)
    cursor = page()["result"]["pagination"]["nextCursor"]
    (worker,) = embedded.workers()
    os.kill(worker, signal.SIGKILL)
    until(lambda: embedded.workers() not in ([], [worker]), 20.0, "another worker")
    embedded.wait_ready()
    answer = page(cursor=cursor)
    assert len(answer["result"]["data"]) == 1, answer


def test_mcp_over_stdio_answers_as_the_local_administrator(embedded: RunningServer) -> None:
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "list_models", "arguments": {}}},
    ]
    command = subprocess.Popen(
        [sys.executable, "-m", "torque.cli.main", "mcp"],
        cwd=embedded.folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with command as server:
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write("".join(json.dumps(message) + "\n" for message in messages))
        server.stdin.flush()
        answers = {answer["id"]: answer for answer in (json.loads(server.stdout.readline()) for _ in range(2))}
        assert "shop" in json.dumps(answers[2]["result"])
        server.stdin.close()
        assert server.wait(15) == 0


ADD = {
    "id": "add",
    "nodes": {
        "start": {"id": "start", "type": "Start"},
        "write": {
            "id": "write",
            "type": "EntityWrite",
            "config": {"entity_type": "item", "operation": "Create", "data_mapping": {"label": "Ink"}},
        },
        "end": {"id": "end", "type": "End"},
    },
    "edges": [{"source": "start", "target": "write"}, {"source": "write", "target": "end"}],
}
