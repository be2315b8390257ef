"""What the tests of the protocol adapters share: administrators, on the running server and on services of a module."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.api.plain import Client, client_of
from tests.integration.api.tokens import make_token
from tests.support.server import RunningServer
from torque.platform import Platform


@pytest.fixture(scope="module")
async def token(server: RunningServer) -> AsyncIterator[str]:
    """An administrator's token on the shared server."""
    yield await make_token(str(server.settings["database.url"]))


@pytest.fixture
async def client(platform: Platform) -> Client:
    """An administrator whose calls may be told their answers, on the services the module opens."""
    return await client_of(platform, "admin")
