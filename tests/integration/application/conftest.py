"""A site on the database of the test run."""

import pytest

from tests.integration.application.site import Site
from torque.db.pool import Database


@pytest.fixture
def site(db: Database) -> Site:
    return Site(db)
