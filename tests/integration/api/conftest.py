"""What the tests of the protocol adapters share: an administrator of a running server, all services without one."""

import json
from collections.abc import AsyncIterator

import pytest

from tests.integration.api.tokens import make_token
from tests.support.server import RunningServer
from torque.config import Config
from torque.platform import Platform
from torque.types import Caller, RunContext


@pytest.fixture(scope="module")
async def token(server: RunningServer) -> AsyncIterator[str]:
    """An administrator's token on the shared server."""
    yield await make_token(str(server.settings["database.url"]))


@pytest.fixture(scope="module")
async def platform(config: Config, request: pytest.FixtureRequest) -> AsyncIterator[Platform]:
    """All services, with an application of the `MODEL` of the module that asks."""
    admin = Caller.local("test")
    opened = await Platform.open(config, RunContext.alone())
    imported = await opened.models.import_document(admin, json.dumps(request.module.MODEL).encode())
    await opened.applications.run(admin, imported.model.id)
    yield opened
    await opened.close()
