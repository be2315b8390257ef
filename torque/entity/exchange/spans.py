"""Days, times and moments as whole numbers, to keep within bounds: days, seconds of the day, seconds. Pure."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

KINDS = frozenset({"Date", "Time", "DateTime"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_EXTENT = {
    "Date": (date.min.toordinal(), date.max.toordinal()),
    "Time": (0, 86_399),
    "DateTime": (
        (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _SECOND,
        (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _SECOND,
    ),
}


def count_of(kind: str, text: Any, *, up: bool = False) -> int | None:
    """Return the number that a value of such a type stands for; None for what is no value of it.

    Parameters
    ----------
    up
        Moments between two seconds count as the later one, else as the earlier one.
    """
    if not isinstance(text, str):
        return None
    try:
        if kind == "Date":
            return date.fromisoformat(text).toordinal()
        if kind == "Time":
            at = time.fromisoformat(text)
            return at.hour * 3600 + at.minute * 60 + at.second
        moment = datetime.fromisoformat(text.upper())
        if moment.tzinfo is None:
            return None
        since = moment.astimezone(UTC) - _EPOCH
    except (ValueError, OverflowError):
        return None
    return -(-since // _SECOND) if up else since // _SECOND


def text_of(kind: str, count: int) -> str:
    """Return the value that a number stands for."""
    if kind == "Date":
        return date.fromordinal(count).isoformat()
    moment = _EPOCH + timedelta(seconds=count)
    return f"{moment:%H:%M:%S}" if kind == "Time" else f"{moment.replace(tzinfo=None).isoformat()}Z"


def ends_of(kind: str, limits: Mapping[str, Any]) -> tuple[int, int]:
    """Return the first and the last value that limits (`min`, `max`) leave of all that the type has."""
    first, last = _EXTENT[kind]
    least, most = limits.get("min"), limits.get("max")
    return (first if least is None else least), (last if most is None else most)


def moved(at: int, width: int, ends: tuple[int, int]) -> tuple[int, int]:
    """Return a span of at most some width between the ends, which begins at a value if that lies between them."""
    first, last = ends
    low = max(first, last - width) if at > last else max(at, first)
    return low, min(last, low + width)
