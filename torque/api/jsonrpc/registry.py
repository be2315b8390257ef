"""Methods by name, with typed parameters: what the client wrote is checked once, here."""

import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Generic, TypeVar

import msgspec

from torque.api.common.bodies import Body
from torque.api.jsonrpc.context import CallContext
from torque.application.types import Answer
from torque.config.problems import nearest
from torque.errors import InvalidParams, MethodNotFound

_AT = re.compile(r" - at `\$\.?([^`]*)`\Z")


class Params(Body, frozen=True, kw_only=True):
    """Base of the parameters of most methods; `app` names the application where the path does not.

    Those that share a body with other protocols derive from it, and have an `app` of their own.
    """

    app: str | None = None


P = TypeVar("P", bound=Body)


class Method(Generic[P]):
    """One method.

    Parameters
    ----------
    name
        As on the wire.
    params
        Its parameters; a positional call fills them in the order they are declared in, inherited ones last.
    run
        What it does.
    cacheable
        Whether its answers may be kept (those that carry a stamp).
    writes
        Whether it may have changed something when it runs out of time.
    own_clock
        True for methods that limit their own time.
    """

    def __init__(
        self,
        name: str,
        params: type[P],
        run: Callable[[CallContext, P], Awaitable[Answer]],
        *,
        cacheable: bool = False,
        writes: bool = False,
        own_clock: bool = False,
    ) -> None:
        self.name = name
        self.cacheable = cacheable
        self.writes = writes
        self.own_clock = own_clock
        self.call = run
        self._decoder = msgspec.json.Decoder(params)
        fields = msgspec.structs.fields(params)
        self.parameters = [field.encode_name for field in fields]
        ordered = sorted(fields, key=lambda field: field.name not in params.__annotations__)
        self._positions = [field.encode_name for field in ordered if field.name != "app"]

    def decode(self, params: bytes) -> P:
        """Return the typed parameters, which `call` takes.

        Raises
        ------
        InvalidParams
            Naming the parameter, and the nearest one that exists.
        """
        if params[:1] == b"[":
            params = self._named(params)
        try:
            return self._decoder.decode(params)
        except msgspec.ValidationError as error:
            raise self._explain(params, error) from error

    def _named(self, params: bytes) -> bytes:
        values = msgspec.json.decode(params, type=list[msgspec.Raw])
        if len(values) > len(self._positions):
            raise InvalidParams(f"{self.name} takes at most {len(self._positions)} positional parameters.")
        return msgspec.json.encode(dict(zip(self._positions, values, strict=False)))

    def _explain(self, params: bytes, error: msgspec.ValidationError) -> InvalidParams:
        for key in msgspec.json.decode(params, type=dict[str, msgspec.Raw]):
            if key not in self.parameters:
                return InvalidParams(
                    f"{self.name} has no parameter {key[:100]!r}.{nearest(key, self.parameters)}",
                    parameter=key[:100],
                    parameters=self.parameters,
                )
        text = str(error)
        where = _AT.search(text)
        message = _AT.sub("", text).replace("`", "'")
        parameter = where[1] if where else ""
        return InvalidParams(
            f"{self.name}: {message}{f' in {parameter}' if parameter else ''}.",
            **({"parameter": parameter} if parameter else {}),
        )


class Registry:
    """All methods one endpoint answers; `names` are theirs, sorted."""

    def __init__(self, methods: Iterable[Method[Any]]) -> None:
        self._methods = {method.name: method for method in methods}
        self.names = sorted(self._methods)

    def get(self, name: str) -> Method[Any]:
        """Return a method.

        Raises
        ------
        MethodNotFound
            Naming the nearest one.
        """
        method = self._methods.get(name)
        if method is None:
            raise MethodNotFound(f"There is no method {name[:100]!r}.{nearest(name[:100], self._methods)}")
        return method

    def find(self, name: str) -> Method[Any] | None:
        """Return a method, None when there is none of that name."""
        return self._methods.get(name)

    def cacheable(self) -> list[str]:
        """Return the names of the methods whose answers may be kept."""
        return sorted(name for name, method in self._methods.items() if method.cacheable)
