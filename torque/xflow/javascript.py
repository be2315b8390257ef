"""Scripts and expressions: the request to a script process, and what its answer means."""

import itertools
from typing import Any

import msgspec

from torque import codec
from torque.errors import Unavailable
from torque.xflow.context import FlowContext, LogLine, NodeFailed
from torque.xflow.outbound import Outlet
from torque.xflow.pool import ScriptPool
from torque.xflow.process import ScriptEnded
from torque.xflow.templates import Template

MAX_OUTPUT = 4 * 1024 * 1024
_NULL = codec.Raw(b"null")
_MESSAGES = {
    "TIMEOUT": "The script ran longer than it may.",
    "MEMORY": "The script used more memory than it may.",
    "STACK": "The script called itself too deeply.",
    "OUTPUT": f"The result of the script is larger than {MAX_OUTPUT} bytes.",
}


class _Console(msgspec.Struct):
    level: str = "info"
    message: str = ""


class _Failure(msgspec.Struct):
    code: str = "SCRIPT"
    message: str = ""
    stack: str | None = None


class _Reply(msgspec.Struct):
    ok: bool
    result: msgspec.Raw = _NULL
    error: _Failure = msgspec.field(default_factory=_Failure)
    logs: list[_Console] = []


class _Outcome(msgspec.Struct):
    """What the wrapper around a script returns: its value, and `vars` as it left them."""

    value: msgspec.Raw = _NULL
    vars: msgspec.Raw = _NULL


class Scripts:
    """Evaluates a flow's JavaScript in script processes, never in this one.

    Parameters
    ----------
    pool
        The processes.
    outlet
        What `fetch` goes through; expressions have no way out.
    """

    def __init__(self, pool: ScriptPool, outlet: Outlet) -> None:
        self._pool = pool
        self._outlet = outlet
        self._ids = itertools.count(1)

    async def script(self, code: str, flow: FlowContext, seconds: float) -> bytes:
        """Run the body of an async function; returns its value as JSON and keeps what it did to `vars`.

        Raises
        ------
        NodeFailed
            With the code SYNTAX, SCRIPT, TIMEOUT, MEMORY, STACK or OUTPUT.
        """
        wrapped = f"const value = await (async () => {{{code}\n}})(); return {{value, vars}};"
        reply = await self._ask("script", wrapped, flow, seconds)
        outcome = msgspec.json.decode(reply.result, type=_Outcome)
        flow.scope["vars"] = bytes(outcome.vars)
        return bytes(outcome.value)

    async def expression(self, code: str, flow: FlowContext, seconds: float) -> bytes:
        """Evaluate a bare expression; returns its value as JSON.

        Raises
        ------
        NodeFailed
            As for a script.
        """
        return bytes((await self._ask("expression", code, flow, seconds)).result)

    async def holds(self, code: str, flow: FlowContext, seconds: float) -> bool:
        """Evaluate a condition: what JavaScript takes for true is true."""
        return await self.expression(f"!!({code}\n)", flow, seconds) == b"true"

    async def value(self, template: Template, flow: FlowContext, seconds: float) -> bytes:
        """Return a part of a config with its `{{ }}` filled in, as JSON."""
        if template.constant is not None:
            return template.constant
        return await self.expression(template.expression, flow, seconds)

    async def _ask(self, kind: str, code: str, flow: FlowContext, seconds: float) -> _Reply:
        seconds = min(seconds, flow.remaining())
        if seconds <= 0:
            raise NodeFailed("TIMEOUT", _MESSAGES["TIMEOUT"])
        head: dict[str, Any] = {
            "id": next(self._ids),
            "kind": kind,
            "code": code,
            "deadline_ms": max(1, int(seconds * 1000)),
            "max_output": MAX_OUTPUT,
        }
        frame = codec.dumps(head)[:-1] + b',"scope":' + flow.scope.seen_by(code) + b"}"
        ways = (self._outlet.caller().answer,) if kind == "script" else ()
        try:
            reply = msgspec.json.decode(await self._pool.run(frame, seconds, *ways), type=_Reply)
        except TimeoutError as error:
            raise NodeFailed("TIMEOUT", _MESSAGES["TIMEOUT"]) from error
        except ScriptEnded as error:
            raise NodeFailed("MEMORY", "The script process ended; it asked for more than it may have.") from error
        except Unavailable as error:
            raise NodeFailed.of(error) from error
        flow.logs.extend(LogLine(line.level, line.message) for line in reply.logs)
        if not reply.ok:
            raise _failure(reply.error)
        return reply


def _failure(error: _Failure) -> NodeFailed:
    details = {"stack": error.stack} if error.stack else None
    return NodeFailed(error.code, _MESSAGES.get(error.code, error.message), details)
