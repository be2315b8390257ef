"""Two workers of one run in this process: each a whole platform, sharing the generations and nothing else."""

import json
from typing import Any

import msgspec

from tests.integration.entity.workshop import SHOP
from torque import codec
from torque.api.jsonrpc.endpoint import JsonRpcEndpoint
from torque.application.types import RunningApplication
from torque.config import Config
from torque.native import EventRing, Generations
from torque.platform import Platform
from torque.types import Caller, RunContext, new_id

LOCAL = Caller.local("test")
FOR_EVER = 1 << 62


def grants(**hidden: list[str]) -> dict[str, Any]:
    """Return what a clerk may do: the orders of retail customers, and everything about groups and lines."""
    seen = {"read": True, "where": {"customer_id.kind": {"eq": "retail"}}, "hidden_fields": hidden.get("order", [])}
    return {"order": seen, "customer": {"read": True, "hidden_fields": hidden.get("customer", [])}}


LABELS = {
    "id": "r_labels", "name": "labels", "type": "ManyToMany", "from_entity": "order", "to_entity": "group",
    "from_field": "labels",
}  # fmt: skip
DOCUMENT = {
    **SHOP,
    "relationships": [*SHOP["relationships"], LABELS],
    "roles": [{"id": "clerk", "name": "clerk", "entities": grants()}],
}


class Desk:
    """One worker and somebody who asks it, natively first, as the server does."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.endpoint = JsonRpcEndpoint(platform)

    def kept(self, token: str, method: str, params: dict[str, Any]) -> bytes | None:
        """Return the answer that the native path gives, or None."""
        return self.endpoint.fast(body_of(method, params), f"Bearer {token}", None, "shop")

    def known(self, token: str, method: str, params: dict[str, Any]) -> bool:
        """Tell whether the native path knows who asks."""
        return self.endpoint.open(body_of(method, params), f"Bearer {token}", None, "shop") is not None

    async def ask(self, token: str, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Return the whole answer, whichever way it comes."""
        kept = self.kept(token, method, params)
        if kept is None:
            reply = await self.endpoint.handle(body_of(method, params), f"Bearer {token}", None, "shop")
            kept = reply.body
        answer: dict[str, Any] = json.loads(kept or b"{}")
        return answer

    async def app(self) -> RunningApplication:
        """Return the application as this worker knows it."""
        return await self.platform.catalog.get("shop")

    async def create(self, entity: str, **data: Any) -> str:
        """Create a record and return its id."""
        made = await self.platform.entities.create(LOCAL, await self.app(), entity, data)
        return str(codec.loads(made.result)["id"])

    async def update(self, record_id: str, **data: Any) -> None:
        """Change a record."""
        await self.platform.entities.update(LOCAL, await self.app(), None, record_id, data)

    async def delete(self, record_id: str) -> None:
        """Delete a record."""
        await self.platform.entities.delete(LOCAL, await self.app(), None, record_id)

    async def change_model(self, *changes: dict[str, Any]) -> None:
        """Edit the model."""
        await self.platform.models.apply_changes(LOCAL, "shop", codec.dumps(list(changes)))


def body_of(method: str, params: dict[str, Any]) -> bytes:
    """Return a call as it is sent."""
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


async def open_desks(config: Config) -> tuple[Desk, Desk]:
    """Open two workers of a run that is alone, with the shop as an application."""
    generations_fd = Generations.create()
    Generations(generations_fd).set_alone_until(FOR_EVER)
    context = RunContext(run_id=new_id(), workers=2, generations_fd=generations_fd, ring_fd=EventRing.create(1 << 16))
    first = Desk(await Platform.open(config, context))
    second = Desk(await Platform.open(config, msgspec.structs.replace(context, worker=1)))
    imported = await first.platform.models.import_document(LOCAL, json.dumps(DOCUMENT).encode())
    await first.platform.applications.run(LOCAL, imported.model.id)
    return first, second
