"""The database leaves while requests are under way: typed answers, and service again without a restart."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.integration.api.tokens import make_token
from tests.support.databases import FAST
from tests.support.processes import descendants
from tests.support.server import Response, RunningServer, alive, stop_process
from tests.support.waiting import eventually, until
from torque.db.embedded import Embedded, join
from torque.types import new_id

ACCEPTABLE = {"UNAVAILABLE", "OUTCOME_UNKNOWN"}
DURABLE = {name: value for name, value in FAST.items() if name != "synchronous_commit"}


@pytest.fixture
def fragile(tmp_path: Path) -> Iterator[Embedded]:
    """A database that dies."""
    use = join(tmp_path / "db" / "pg", DURABLE)
    yield use
    use.close()


@pytest.fixture
def todo(tmp_path: Path, fragile: Embedded) -> Iterator[RunningServer]:
    """A server with the samples on it."""
    running = RunningServer(tmp_path, {"database.url": fragile.dsn, "server.workers": 2}, samples=True)
    yield running.start()
    running.kill()


def send(server: RunningServer, token: str, method: str, **params: object) -> Response:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    return server.request("POST", "/jsonrpc/todo", body, headers)


def crash(folder: Path) -> None:
    """Kill Postgres as a machine would: the postmaster and every backend at once."""
    postgres = int((folder / "postmaster.pid").read_text().split()[0])
    family = [postgres, *descendants(postgres)]
    for pid in family:
        stop_process(pid)
    until(lambda: not [pid for pid in family if alive(pid)], what="the end of the database")


async def test_a_database_that_crashes_under_writes_loses_none_and_all_can_be_repeated(
    todo: RunningServer, fragile: Embedded, tmp_path: Path
) -> None:
    token, over = await make_token(fragile.dsn), False
    sent: dict[str, Response] = {}

    async def write() -> None:
        while not over:
            key = new_id()
            sent[key] = await asyncio.to_thread(
                send, todo, token, "createEntity", entityType="todo", data={"label": key}, idempotencyKey=key
            )

    writers = [asyncio.ensure_future(write()) for _ in range(4)]
    await eventually(lambda: len(sent) > 20)
    await asyncio.to_thread(crash, tmp_path / "db" / "pg")
    await eventually(lambda: any(answer.status == 503 for answer in sent.values()), what="503")
    fragile.close()
    over = True
    await asyncio.gather(*writers)
    refused = {key: answer for key, answer in sent.items() if "error" in answer.json()}
    for answer in refused.values():
        assert answer.json()["error"]["data"]["code"] in ACCEPTABLE, answer
        if answer.json()["error"]["data"]["code"] == "UNAVAILABLE":
            assert (answer.status, int(answer.headers["retry-after"]) >= 1) == (503, True)
    await asyncio.to_thread(lambda: fragile.replace(join(tmp_path / "db" / "pg", DURABLE)))
    await eventually(lambda: todo.request("GET", "/ready").status == 200, 30.0, "readiness without a restart")
    for key in refused:
        again = send(todo, token, "createEntity", entityType="todo", data={"label": key}, idempotencyKey=key)
        assert "result" in again.json(), again
    for key in sent:
        found = send(todo, token, "loadEntityData", entityType="todo", filters={"label": key}).json()["result"]
        assert [record["label"] for record in found["data"]] == [key]


REFUSING = """
CREATE FUNCTION refuse_all() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '{state}'; END $$;
CREATE TRIGGER refuse_all BEFORE INSERT OR UPDATE ON entities FOR EACH STATEMENT EXECUTE FUNCTION refuse_all();
"""


@pytest.mark.parametrize(
    ("state", "words"),
    [("53100", "The disk of the database is full"), ("53200", "out of memory"), ("25006", "takes no writes")],
)
def test_a_database_that_can_do_nothing_says_why_to_who_asks_and_to_who_watches(
    server: RunningServer, token: str, state: str, words: str
) -> None:
    url = str(server.settings["database.url"])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(REFUSING.format(state=state).encode())
        try:
            answer = send(server, token, "createEntity", entityType="todo", data={"label": "no room"})
        finally:
            connection.execute("DROP TRIGGER refuse_all ON entities; DROP FUNCTION refuse_all()")
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) >= 1
    error = answer.json()["error"]
    assert error["data"]["code"] == "UNAVAILABLE"
    assert words in error["message"]
    assert "database_refuses" in server.output()
    made = send(server, token, "createEntity", entityType="todo", data={"label": "room again"})
    assert made.json()["result"]["label"] == "room again"
