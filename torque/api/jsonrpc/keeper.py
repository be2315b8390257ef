"""Keeps answers under the caller's permission class, and teaches the native gate who and where that was."""

from typing import Any

import msgspec

from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.registry import Method
from torque.application.types import Answer, RunningApplication
from torque.platform import Platform


class _Named(msgspec.Struct):
    """The one parameter that every method shares."""

    app: str | None = None


_NAMED: msgspec.json.Decoder[_Named] = msgspec.json.Decoder(_Named)


class Keeper:
    """The result cache as JSON-RPC sees it.

    Parameters
    ----------
    platform
        Has the cache, the gate, and who may see what.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

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
        """Let the next such request be answered natively."""
        admission = self._platform.access.admission(context.caller, running)
        if admission is None or context.reference is None:
            return
        gate = self._platform.gate
        gate.set_application(context.reference, running.id, running.stamp)
        gate.set_identity(admission.credential, running.id, admission.class_id, admission.expires_at, admission.stamp)
