"""What the tests of bad input and faults share: a token of an administrator, a database in trouble."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.api.tokens import make_token
from tests.integration.faults.troubled import Troubled
from tests.support.server import RunningServer
from torque.db.pool import PoolSettings


@pytest.fixture(scope="module")
async def token(server: RunningServer) -> AsyncIterator[str]:
    """An administrator's token on the shared server."""
    yield await make_token(str(server.settings["database.url"]), name="faults")


@pytest.fixture
async def troubled(database_url: str) -> AsyncIterator[Troubled]:
    """A pool of this test's own."""
    database = await Troubled.open(PoolSettings(dsn=database_url, application_name="torque:run:0"))
    assert isinstance(database, Troubled)
    database.trouble()
    yield database
    await database.close()
