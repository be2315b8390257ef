"""Keeps answers under the caller's permission class, and teaches the native gate who and where that was."""

from typing import Any

import msgspec

from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.registry import Method
from torque.application.types import Answer, RunningApplication
from torque.entity.plain import View
from torque.native import Gate, Stamp
from torque.platform import Platform
from torque.types import Caller


class _Named(msgspec.Struct):
    """The one parameter that every method shares."""

    app: str | None = None


_NAMED: msgspec.json.Decoder[_Named] = msgspec.json.Decoder(_Named)

_TAUGHT = 10_000


class Known(msgspec.Struct, frozen=True):
    """What the gate reminds of: a caller, by HTTP, in an application, both as they stand, and how it sees records."""

    caller: Caller
    running: RunningApplication
    view: View


def caller_of(known: Known, request_id: str) -> Caller:
    """Return the caller of one request."""
    who = known.caller
    return Caller(
        id=who.id, name=who.name, roles=who.roles, protocol=who.protocol, request_id=request_id,
        application_id=who.application_id, credential=who.credential, expires_at=who.expires_at,
    )  # fmt: skip


class _Lesson(msgspec.Struct, frozen=True):
    """What the gate was told of one caller in one application."""

    running: RunningApplication
    stamp: Stamp


class Keeper:
    """The result cache as JSON-RPC sees it.

    Parameters
    ----------
    platform
        Has the cache, the gate, and who may see what.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._lessons: dict[tuple[bytes | None, str], _Lesson] = {}
        self._given = 0

    async def find(self, method: Method[Any], params: bytes, context: CallContext) -> bytes | None:
        """Return a kept result that this caller may see, or None."""
        try:
            named = _NAMED.decode(params).app if params[:1] == b"{" else None
        except msgspec.ValidationError:
            return None
        if context.application_reference(named) is None:
            return None
        running = await context.application(named)
        return self._platform.cache.get(self._key(method.name, params, context, running))

    def keep(self, name: str, params: bytes, context: CallContext, answer: Answer) -> None:
        """Store a result with the generations it depends on."""
        if context.running is None or answer.stamp is None:
            return
        key = self._key(name, params, context, context.running)
        self._platform.cache.put(key, answer.result, answer.stamp, answer.ttl)

    def _key(self, name: str, params: bytes, context: CallContext, running: RunningApplication) -> bytes:
        rights = self._platform.access.enter(context.caller, running)
        return self._platform.gate.key(running.id, rights.class_id, name, params)

    def teach(self, context: CallContext) -> None:
        """Let the gate know caller and application at the next request; what it knows already is not told again."""
        reference, running = context.reference, context.running
        if reference is None or running is None:
            return
        pupil = (context.caller.credential, reference)
        lesson = self._lessons.get(pupil)
        if lesson is not None and lesson.running is running and self._platform.generations.current(lesson.stamp):
            return
        admission = self._platform.access.admission(context.caller, running)
        if admission is None:
            return
        if self._given >= Gate.REMEMBERED:  # the gate has forgotten everybody
            self._lessons.clear()
            self._given = 0
        elif len(self._lessons) >= _TAUGHT:
            self._lessons.clear()
        self._given += 1
        self._lessons[pupil] = _Lesson(running, admission.stamp)
        gate, caller = self._platform.gate, msgspec.structs.replace(admission.caller, protocol="jsonrpc")
        gate.set_application(reference, running.id, running.stamp)
        gate.set_identity(
            admission.credential, running.id, admission.rights.class_id, caller.expires_at, admission.stamp,
            Known(caller, running, self._platform.entities.plain.view(running, admission.rights)),
        )  # fmt: skip
