"""Observations: what the platform tells about itself, as named facts rather than log lines.

The server installs a sink that writes structured logs; commands and tests bring their own.
"""

from collections.abc import Callable

Sink = Callable[[str, str, dict[str, object]], None]
"""Takes level, name and fields of one observation."""

LEVELS = ("debug", "info", "warning", "error")


class Observer:
    """Hands observations to a sink, if they are at or above the level asked for.

    Parameters
    ----------
    sink
        Receives what passes; None drops everything.
    level
        Lowest level that passes: debug, info, warning or error.
    """

    def __init__(self, sink: Sink | None = None, level: str = "info") -> None:
        self._sink = sink
        self._threshold = LEVELS.index(level)

    def emit(self, name: str, *, level: str = "info", **fields: object) -> None:
        """Report one fact."""
        if self._sink is not None and LEVELS.index(level) >= self._threshold:
            self._sink(level, name, fields)
