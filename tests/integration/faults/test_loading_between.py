"""Who loads an application or a caller while it changes keeps nothing of what it was."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.integration.faults.two_workers import LOCAL, Desk, open_desks
from torque.config import Config

WIDEN = {"type": "AddField", "parent": "e_memo", "value": {"id": "m9", "name": "m9", "field_type": {"type": "String"}}}


@pytest.fixture
async def desks(config: Config) -> AsyncIterator[tuple[Desk, Desk]]:
    """Two workers."""
    opened = await open_desks(config)
    yield opened
    for desk in opened:
        await desk.platform.close()


def then(read: Callable[..., Awaitable[Any]], act: Callable[[], Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Return a reading after which something happens, once."""
    acts = [act]

    async def reading(*args: Any, **more: Any) -> Any:
        found = await read(*args, **more)
        while acts:
            await acts.pop()()
        return found

    return reading


async def test_a_model_and_a_token_that_change_while_they_are_read_are_read_again(
    desks: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = desks
    models, store = here.platform.models, here.platform.access._store
    known = await there.app()
    await here.platform.applications.stop(LOCAL, "shop")
    await here.platform.applications.start(LOCAL, "shop")
    monkeypatch.setattr(models, "compiled", then(models.compiled, lambda: there.change_model(WIDEN)))
    assert (await here.app()).model.revision == known.model.revision, "it was read before"
    assert (await here.app()).model.revision == known.model.revision + 1

    token, secret = await there.platform.access.create_token(LOCAL, "brief", "admin")
    revoked = then(store.find_credential, lambda: there.platform.access.revoke_token(LOCAL, token.id))
    monkeypatch.setattr(store, "find_credential", revoked)
    await here.ask(secret, "getModelMetadata", {})
    answer = await here.ask(secret, "getModelMetadata", {})
    assert answer["error"]["data"]["code"] == "UNAUTHENTICATED"
