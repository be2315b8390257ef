"""Long work beside the requests: one process at a time, on a thread that nobody waits for."""

import threading

import pytest

from torque.db.session import StatementFailed, beside, exclusive
from torque.errors import Unavailable

LOCK = 4711


async def test_work_runs_on_a_thread_of_its_own_and_its_outcome_comes_back() -> None:
    assert await beside(threading.get_ident) != threading.get_ident()

    def fail() -> None:
        raise Unavailable("gone")

    with pytest.raises(Unavailable):
        await beside(fail)


def test_only_one_holds_the_lock_until_it_is_given_back(database_url: str) -> None:
    with exclusive(database_url, "test", LOCK) as first:
        assert first is not None
        with exclusive(database_url, "test", LOCK) as second:
            assert second is None
    with exclusive(database_url, "test", LOCK) as again:
        assert again is not None


def test_a_statement_that_is_refused_leaves_the_session_as_it_was(database_url: str) -> None:
    with exclusive(database_url, "test", LOCK) as session:
        assert session is not None
        with pytest.raises(StatementFailed):
            session.run("SELECT nothing FROM nowhere")
        assert session.rows("SELECT %s::int", 7) == [(7,)]


def test_a_database_that_cannot_be_reached_is_unavailable() -> None:
    with pytest.raises(Unavailable), exclusive("postgresql://localhost:1/none", "test", LOCK):
        raise AssertionError
