"""Which entry of the error catalogue a failure of the database is."""

import asyncpg

from torque.errors import InvalidParams, OutcomeUnknown, TimedOut, TorqueError, Unavailable

DatabaseFailure = asyncpg.PostgresError
UniqueViolation = asyncpg.UniqueViolationError
ForeignKeyViolation = asyncpg.ForeignKeyViolationError
Deadlock = asyncpg.DeadlockDetectedError
LockTimeout = asyncpg.LockNotAvailableError
SerializationFailure = asyncpg.SerializationError
"""What a caller may meet raw, by the names used above this floor; `.constraint_name` and `.detail` say where."""

MEETINGS = (Deadlock, SerializationFailure)
"""Refusals of what only met others at the wrong moment: done again, it may well succeed."""

DRIVER_FAILURES: tuple[type[Exception], ...] = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""Everything the driver raises; the last is no kind of InterfaceError, whatever its name says."""

_IN_BETWEEN = "cannot switch to state"
"""A connection whose farewell was read but whose end was not: nothing has been sent over it."""

_UNREACHABLE: tuple[type[BaseException], ...] = (
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InvalidAuthorizationSpecificationError,
    OSError,
)
_CANNOT: tuple[tuple[type[BaseException], str], ...] = (
    (asyncpg.DiskFullError, "The disk of the database is full: nothing can be stored until somebody makes room there."),
    (asyncpg.OutOfMemoryError, "The database is out of memory. Try again."),
    (asyncpg.ReadOnlySQLTransactionError, "The database takes no writes: it is a standby, or was set to read only."),
)
"""What the server refuses for reasons of its own, with what to say: nothing was done, and the request was right."""

_LOST: tuple[type[BaseException], ...] = (
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.ConnectionFailureError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    ConnectionError,
)


def is_connection_failure(error: BaseException) -> bool:
    """True when the server was not reached, or left in the middle, so that trying again later makes sense."""
    if isinstance(error, asyncpg.DataError):
        return False
    if isinstance(error, asyncpg.InternalClientError):
        return True
    if isinstance(error, asyncpg.InterfaceError):
        return "clos" in str(error) or "connection" in str(error)
    return isinstance(error, _UNREACHABLE)


def refusal_of_server(error: BaseException) -> str | None:
    """Return why a server that can be reached does nothing, as people are told; None for any other failure."""
    return next((message for kind, message in _CANNOT if isinstance(error, kind)), None)


def translate(error: BaseException, *, writing: bool = False) -> TorqueError | None:
    """Return the catalogue's error for a failure of the driver, or None for one that is a bug of ours.

    Parameters
    ----------
    writing
        The statement was handed over and may have committed, so a lost connection leaves its outcome unknown.
    """
    if isinstance(error, TorqueError):
        return error
    if (reason := refusal_of_server(error)) is not None:
        return Unavailable(reason)
    if writing and isinstance(error, _LOST):
        return OutcomeUnknown()
    if isinstance(error, asyncpg.InternalClientError):
        return OutcomeUnknown() if writing and _IN_BETWEEN not in str(error) else Unavailable()
    if isinstance(error, asyncpg.QueryCanceledError):
        return TimedOut()
    if isinstance(error, TimeoutError):
        return OutcomeUnknown() if writing else TimedOut()
    if is_connection_failure(error):
        return Unavailable()
    if isinstance(error, asyncpg.CharacterNotInRepertoireError | asyncpg.UntranslatableCharacterError):
        return InvalidParams("The text holds a character that cannot be stored (NUL or half of a surrogate pair).")
    return None
