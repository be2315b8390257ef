"""What the tests of the protocol adapters share: an administrator's token on the running server."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.api.tokens import make_token
from tests.support.server import RunningServer


@pytest.fixture(scope="module")
async def token(server: RunningServer) -> AsyncIterator[str]:
    """An administrator's token on the shared server."""
    yield await make_token(str(server.settings["database.url"]))
