"""People who keep a todo list: open the page, look through it, add, edit, now and then delete."""

import itertools
import os
import random
from typing import Any

from locust import FastHttpUser, between, events, task
from locust.contrib.fasthttp import FastHttpSession
from locust.env import Environment

TOKEN = os.environ.get("TORQUE_TOKEN", "")
PATH = os.environ.get("TORQUE_JSONRPC_PATH", "/jsonrpc/todo")
FIRST = 12
"""Connections of the people who come first: enough that some lead to every worker."""


@events.test_start.add_listener
def come_first(environment: Environment, **_: Any) -> None:
    """Open the application one after the other, before the crowd.

    The first request of a worker reads and compiles the model, and the first of this client loads what it needs; how
    long that takes is measured here, under a name of its own, and not by everybody who comes at the same moment.
    """
    body = {"jsonrpc": "2.0", "id": 1, "method": "getModelMetadata", "params": {}}
    for _place in range(FIRST):
        session = FastHttpSession(environment.host, environment.events.request, None)
        session.post(PATH, json=body, headers={"authorization": f"Bearer {TOKEN}"}, name="first")
        session.client.close()


class TodoUser(FastHttpUser):
    """One person with one token, who thinks for 50 to 250 ms between two actions."""

    wait_time = between(0.05, 0.25)

    def on_start(self) -> None:
        """Open the application as a browser does."""
        self.ids = itertools.count(1)
        self.mine: list[str] = []
        self.call("getModelMetadata", {})
        self.call("loadPage", {"pageId": "start_page"})

    def call(self, method: str, params: dict[str, Any]) -> dict[str, Any] | None:
        """Make one JSON-RPC call; a wrong answer counts as a failure of the method's name."""
        request_id = next(self.ids)
        body = {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}
        headers = {"authorization": f"Bearer {TOKEN}"}
        with self.client.post(PATH, json=body, headers=headers, name=method, catch_response=True) as response:
            answer = response.json() if response.status_code == 200 else None
            if answer is None or "result" not in answer or answer.get("id") != request_id:
                response.failure(f"{response.status_code}: {response.text[:200]}")
                return None
            return dict(answer["result"])

    @task(6)
    def look(self) -> None:
        """Read the first page of the list, sometimes only what is open."""
        filters = random.choice([{}, {"status": "open"}])
        self.call("loadEntityData", {"entityType": "todo", "limit": 50, "filters": filters})

    @task(3)
    def open_page(self) -> None:
        """Load the page and its form again."""
        self.call("loadPage", {"pageId": "start_page"})
        self.call("getFormDefinition", {"formId": "todo_form"})

    @task(3)
    def add(self) -> None:
        """Create a todo."""
        data = {"label": f"Todo {random.randrange(10**6)}", "status": "open"}
        created = self.call("createEntity", {"entityType": "todo", "data": data})
        if created:
            self.mine.append(created["id"])

    @task(2)
    def close(self) -> None:
        """Close one of the own todos and see that it is so."""
        if not self.mine:
            return
        chosen = random.choice(self.mine)
        if self.call("updateEntity", {"entityType": "todo", "entityId": chosen, "data": {"status": "closed"}}):
            seen = self.call("getEntity", {"entityType": "todo", "entityId": chosen})
            if seen and seen.get("status") != "closed":
                self.environment.events.request.fire(
                    request_type="CHECK", name="own write is read", response_time=0, response_length=0,
                    exception=AssertionError("a stale record was read after its update was acknowledged"),
                    context={},
                )  # fmt: skip

    @task(1)
    def tidy(self) -> None:
        """Delete one of the own todos."""
        if self.mine:
            self.call("deleteEntity", {"entityType": "todo", "entityId": self.mine.pop()})
