"""Connections that the database ends while they idle, or in the middle: what the caller is told."""

import asyncpg
import pytest

from torque.db.failures import translate
from torque.errors import OutcomeUnknown, Unavailable

FAREWELL = "cannot switch to state 12; another operation (2) is in progress"


@pytest.mark.parametrize("writing", [False, True])
def test_a_connection_that_was_ended_while_it_idled_has_done_nothing(writing: bool) -> None:
    error = asyncpg.InternalClientError(FAREWELL)
    assert isinstance(translate(error, writing=writing), Unavailable)


def test_a_connection_that_got_lost_within_the_protocol_may_have_written() -> None:
    error = asyncpg.InternalClientError("got result for unknown protocol state 3")
    assert isinstance(translate(error, writing=True), OutcomeUnknown)
    assert isinstance(translate(error), Unavailable)
