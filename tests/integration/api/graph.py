"""A small GraphQL client for tests."""

import json
from typing import Any

from tests.support.server import Response, RunningServer

JSON = {"content-type": "application/json"}


class Graph:
    """Sends operations with a token.

    Parameters
    ----------
    server, token
        Where, and on whose behalf; None means nobody's.
    """

    def __init__(self, server: RunningServer, token: str | None) -> None:
        self.server = server
        self.headers = {**JSON, **({"authorization": f"Bearer {token}"} if token else {})}

    def send(self, query: str, variables: dict[str, Any] | None = None) -> Response:
        """Send an operation; return the HTTP answer."""
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        return self.server.request("POST", "/graphql", body, self.headers)

    def data(self, query: str, **variables: Any) -> Any:
        """Send an operation that must not fail; return its data."""
        answer = self.send(query, variables).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def error(self, query: str, **variables: Any) -> Any:
        """Send an operation that must fail; return its first error."""
        answer = self.send(query, variables).json()
        return answer["errors"][0]
