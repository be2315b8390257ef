"""Keeps answers under the caller's permission class, and teaches the native gate who and where that was."""

import time
from typing import Any

import msgspec

from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.registry import Method
from torque.application.types import Answer, RunningApplication
from torque.native import Stamp
from torque.platform import Platform


class _Named(msgspec.Struct):
    """The one parameter that every method shares."""

    app: str | None = None


_NAMED: msgspec.json.Decoder[_Named] = msgspec.json.Decoder(_Named)


_RETEACH_SECONDS = 0.5
"""A run that is not alone forgets after a second; teaching again before costs next to nothing."""

_TAUGHT = 10_000


class _Lesson(msgspec.Struct, frozen=True):
    """What the gate was told of one caller in one application, and when."""

    running: RunningApplication
    stamp: Stamp
    at: float


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

    async def find(self, method: Method[Any], params: bytes, context: CallContext) -> bytes | None:
        """Return a kept result that this caller may see, or None."""
        try:
            named = _NAMED.decode(params).app if params[:1] == b"{" else None
        except msgspec.ValidationError:
            return None
        if context.application_reference(named) is None:
            return None
        running = await context.application(named)
        kept = self._platform.cache.get(self._key(method.name, params, context, running))
        if kept is not None:
            self._teach(context, running)
        return kept

    def keep(self, name: str, params: bytes, context: CallContext, answer: Answer) -> None:
        """Store a result with the generations it depends on."""
        if context.running is None or answer.stamp is None:
            return
        key = self._key(name, params, context, context.running)
        self._platform.cache.put(key, answer.result, answer.stamp, answer.ttl)
        self._teach(context, context.running)

    def _key(self, name: str, params: bytes, context: CallContext, running: RunningApplication) -> bytes:
        rights = self._platform.access.enter(context.caller, running)
        return self._platform.gate.key(running.id, rights.class_id, name, params)

    def _teach(self, context: CallContext, running: RunningApplication) -> None:
        """Let the next such request be answered natively; what the gate knows already is not told again."""
        reference, now = context.reference, time.monotonic()
        if reference is None:
            return
        pupil = (context.caller.credential, reference)
        lesson = self._lessons.get(pupil)
        if (
            lesson is not None
            and lesson.running is running
            and now - lesson.at < _RETEACH_SECONDS
            and self._platform.generations.current(lesson.stamp)
        ):
            return
        admission = self._platform.access.admission(context.caller, running)
        if admission is None:
            return
        if len(self._lessons) >= _TAUGHT:
            self._lessons.clear()
        self._lessons[pupil] = _Lesson(running, admission.stamp, now)
        gate = self._platform.gate
        gate.set_application(reference, running.id, running.stamp)
        gate.set_identity(admission.credential, running.id, admission.class_id, admission.expires_at, admission.stamp)
