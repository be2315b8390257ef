"""Fixtures of the tests of import and export."""

import pytest

from tests.integration.entity.workshop import Shop
from tests.integration.exchange.tables import Store
from torque.db.pool import Database


@pytest.fixture
def store(db: Database) -> Store:
    """An empty shop of the test's own."""
    return Store(db)


@pytest.fixture
def shop(db: Database) -> Shop:
    """The engine of an empty shop, without import and export."""
    return Shop(db)
