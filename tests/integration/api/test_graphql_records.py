"""Records of an application through GraphQL: made up, and taken away again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.api.graph import Graph
from tests.integration.cli.command import inside
from tests.integration.exchange.folders import OWN
from tests.support.server import RunningServer

APP = "seeded-club"
SEED = "mutation ($id: ID!, $n: Int!) { seedApplication(id: $id, count: $n, seed: 3) { created entities } }"
EMPTY = "mutation ($id: ID!, $name: String!) { emptyApplication(id: $id, confirm: $name) }"


@pytest.fixture
def club(server: RunningServer, tmp_path: Path) -> Iterator[str]:
    """An application that holds a few records."""
    url = str(server.settings["database.url"])
    done = inside("model", "infer", str(OWN / "club"), "--name", APP, folder=tmp_path, url=url)
    assert done.code == 0, done.err
    yield APP
    inside("app", "delete", APP, "--yes", folder=tmp_path, url=url)


def test_records_are_made_up_and_taken_away(server: RunningServer, token: str, club: str) -> None:
    graph = Graph(server, token)
    made = graph.data(SEED, id=club, n=3)["seedApplication"]
    assert made["created"] == 3 * len(made["entities"])
    assert graph.error(EMPTY, id=club, name="other")["extensions"]["code"] == "INVALID_PARAMS"
    assert graph.data(EMPTY, id=club, name=club)["emptyApplication"] >= made["created"]
    assert graph.data(EMPTY, id=club, name=club)["emptyApplication"] == 0


def test_only_administrators_may_and_within_bounds(server: RunningServer, token: str) -> None:
    assert Graph(server, None).error(SEED, id="todo", n=1)["extensions"]["code"] == "UNAUTHENTICATED"
    graph = Graph(server, token)
    assert graph.error(SEED, id="todo", n=5000)["extensions"]["code"] == "INVALID_PARAMS"
    assert graph.error(SEED, id="nowhere", n=1)["extensions"]["code"] == "NOT_FOUND"
