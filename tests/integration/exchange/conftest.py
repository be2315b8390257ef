"""Fixtures of the tests of import and export."""

import pytest

from tests.integration.exchange.tables import Store
from torque.db.pool import Database


@pytest.fixture
def store(db: Database) -> Store:
    """An empty shop of the test's own."""
    return Store(db)
