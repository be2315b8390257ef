"""Applications for tests of the protocols, made of a model and taken away with it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.integration.api.graph import Graph
from tests.support.server import RunningServer


@contextmanager
def application_of(server: RunningServer, token: str, model: Mapping[str, Any]) -> Iterator[str]:
    """Import a model and run its application, whose id this is, for as long as it is wanted."""
    graph = Graph(server, token)
    made = graph.data(
        "mutation($document: String!) { importModel(document: $document) { model { id } application { id } } }",
        document=json.dumps(model),
    )["importModel"]
    yield made["application"]["id"]
    graph.data("mutation($id: ID!) { deleteApplication(id: $id) }", id=made["application"]["id"])
    graph.data("mutation($id: ID!) { deleteModel(modelId: $id) }", id=made["model"]["id"])
