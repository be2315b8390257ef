"""Observations as log lines on stderr: one JSON object per line, or text for people."""

import logging
import os
import re
import sys
from collections.abc import Callable

from torque import codec
from torque.config import LoggingSettings
from torque.observe import Observer
from torque.types import utc_now

SLOW_REQUEST_SECONDS = 1.0
SLOW_QUERY_SECONDS = 0.5
_QUERY_LENGTH = 500
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def report_query(observer: Observer) -> Callable[[str, float], None]:
    """Return what reports a slow statement: its text, which holds no values."""

    def report(text: str, seconds: float) -> None:
        statement = " ".join(text.split())[:_QUERY_LENGTH]
        observer.emit("slow_query", level="warning", milliseconds=round(seconds * 1000), statement=statement)

    return report


def make_observer(settings: LoggingSettings, process: str, write: Callable[[bytes], object] | None = None) -> Observer:
    """Return the observer of a process, which writes what the settings ask for.

    Parameters
    ----------
    process
        Who speaks: `supervisor` or `worker-0`.
    write
        Takes one line; stderr by default, in one system call so that lines of processes do not mix.
    """
    write = write or _to_stderr
    line = _json_line if settings.format == "json" else _text_line

    def sink(level: str, name: str, fields: dict[str, object]) -> None:
        write(line(level, name, process, fields, settings.structured))

    return Observer(sink, settings.level)


def capture_standard_logging(observer: Observer) -> None:
    """Send what libraries log from now on through the observer, warnings and worse only."""
    root = logging.getLogger()
    root.handlers = [_Forward(observer)]
    root.setLevel(logging.WARNING)


class _Forward(logging.Handler):
    """Turns records of the standard library's logging into observations."""

    def __init__(self, observer: Observer) -> None:
        super().__init__()
        self._observer = observer

    def emit(self, record: logging.LogRecord) -> None:
        level = "error" if record.levelno >= logging.ERROR else "warning"
        fields: dict[str, object] = {"logger": record.name, "text": record.getMessage()}
        if record.exc_info:
            fields["trace"] = logging.Formatter().formatException(record.exc_info)
        self._observer.emit("library", level=level, **fields)


def _json_line(level: str, name: str, process: str, fields: dict[str, object], structured: bool) -> bytes:
    head = {"time": utc_now(), "level": level, "process": process, "event": name}
    if structured:
        return codec.dumps({**head, **{key: _plain(value) for key, value in fields.items()}}) + b"\n"
    return codec.dumps({**head, "message": _sentence(fields)}) + b"\n"


def _text_line(level: str, name: str, process: str, fields: dict[str, object], structured: bool) -> bytes:
    shown: dict[str, object] = {key: _shown(key, value) for key, value in fields.items()}
    tail = " ".join(f"{key}={value}" for key, value in shown.items()) if structured else _sentence(shown)
    return f"{utc_now()} {level:<7} {process} {name} {tail}\n".encode(errors="replace")


def _shown(key: str, value: object) -> str:
    """Return a value without what ends a line or moves a cursor, for the path of a request may hold anything.

    The lines of a trace stay lines, but none of them begins where a line of the log begins.
    """
    lines = str(value).split("\n") if key == "trace" else [str(value)]
    seen = [_UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), line) for line in lines]
    return seen[0] if len(seen) == 1 else "".join(f"\n    {line}" for line in seen)


def _sentence(fields: dict[str, object]) -> str:
    return ", ".join(f"{key} {value}" for key, value in fields.items())


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


def _to_stderr(line: bytes) -> object:
    return os.write(sys.stderr.fileno(), line)
