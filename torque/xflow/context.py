"""What one execution knows while it runs: its values, its caller, its deadline, its log."""

import re
import time
from functools import lru_cache
from typing import Any

import msgspec

from torque import codec
from torque.application.types import RunningApplication
from torque.errors import TorqueError
from torque.types import Caller

_WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_REFLECTIVE = frozenset({"eval", "Function", "globalThis", "this", "constructor"})


FLOW_ERROR = "FLOW_ERROR"


class NodeFailed(Exception):
    """A node failed; carries what its error edge and the flow's result say about it."""

    def __init__(self, code: str, message: str, details: object = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details

    def as_error(self, node_id: str | None) -> dict[str, Any]:
        """Return the failure as error edges and answers show it."""
        return {"code": self.code, "message": self.message, "node_id": node_id, "details": self.details}

    @classmethod
    def of(cls, error: TorqueError) -> "NodeFailed":
        """Return the failure that an error of the catalogue is inside a flow."""
        return cls(error.code, error.message, error.details or None)


class LogLine(msgspec.Struct, frozen=True):
    """One line of the execution log."""

    level: str
    message: str
    data: Any = None


def name_of(node_id: str) -> str:
    """Return the name under which a node's result stands in the scope."""
    return "node_" + node_id.replace("-", "_")


@lru_cache(maxsize=1024)
def _words_in(code: str) -> frozenset[str] | None:
    """Return the words of which code may name a value; None when it may name any."""
    words = frozenset(_WORD.findall(code))
    return None if "\\u" in code or not words.isdisjoint(_REFLECTIVE) else words


class Scope:
    """The values of a running flow, kept as JSON: a record read from the database is never decoded here."""

    def __init__(self, flow_input: bytes) -> None:
        self._values: dict[str, bytes] = {"input": flow_input, "vars": b"{}"}

    def __getitem__(self, name: str) -> bytes:
        return self._values[name]

    def __setitem__(self, name: str, value: bytes) -> None:
        self._values[name] = value

    def seen_by(self, code: str) -> bytes:
        """Return the scope as a JSON object, without the values whose names the code does not contain."""
        words = _words_in(code)
        members = [
            codec.dumps(name) + b":" + value
            for name, value in self._values.items()
            if words is None or name in words or name in ("input", "vars")
        ]
        return b"{" + b",".join(members) + b"}"


class FlowContext:
    """One execution under way.

    Parameters
    ----------
    caller
        Whose rights every node works with.
    app
        The application whose records it reads and writes.
    deadline
        `time.monotonic()` at which the flow's own limit ends it.

    `last` is the result of the node before; `write_key` makes the writes of a node that may be
    tried again idempotent, and is None where it is tried once.
    """

    def __init__(
        self, execution_id: str, caller: Caller, app: RunningApplication, flow_input: bytes, deadline: float
    ) -> None:
        self.execution_id = execution_id
        self.caller = caller
        self.app = app
        self.scope = Scope(flow_input)
        self.deadline = deadline
        self.last = flow_input
        self.write_key: str | None = None
        self.logs: list[LogLine] = []

    def remaining(self) -> float:
        """Return the seconds until the flow's own limit, never negative."""
        return max(0.0, self.deadline - time.monotonic())
