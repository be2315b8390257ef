"""Fixtures of the engine's tests."""

import pytest

from tests.integration.entity.workshop import Shop
from torque.db.pool import Database


@pytest.fixture
def shop(db: Database) -> Shop:
    """An empty shop of the test's own."""
    return Shop(db)
