"""A request to /api as the server hands it over, and what its handlers read of it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote

import msgspec

from torque import codec
from torque.api.common.reply import Headers, WrongMediaType
from torque.entity.types import Sort
from torque.errors import InvalidParams, InvalidRequest, NotFound, PayloadTooLarge, TimedOut

Params = Mapping[str, list[str]]
PREFIX = "/api/v1/apps/"
LATE = "The body of the request did not arrive in time."


class Fields(Protocol):
    """Headers of a request: names in lower case."""

    def get(self, key: str, default: Any = None) -> Any: ...


class RestProtocol(Protocol):
    """How a body comes in parts, and an answer goes out that is not made in memory."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def client_disconnect(self) -> None: ...

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None: ...

    def response_file(self, status: int, headers: list[tuple[str, str]], file: str) -> None: ...

    def response_file_range(
        self, status: int, headers: list[tuple[str, str]], file: str, start: int, end: int
    ) -> None: ...


class RestRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request.

    Parameters
    ----------
    fields
        The headers as they came.
    headers
        Those that every answer carries, for handlers that answer themselves.
    """

    method: str
    path: str
    query: str
    fields: Any
    request_id: str
    headers: Headers

    @property
    def content_type(self) -> str:
        """The media type of the body, with its parameters."""
        return str(self.fields.get("content-type") or "")

    @property
    def content_length(self) -> int | None:
        """How long the body says it is."""
        length = self.fields.get("content-length")
        return int(length) if length is not None else None

    @property
    def has_body(self) -> bool:
        """Whether anything comes behind the headers."""
        return bool(self.content_length) or self.fields.get("transfer-encoding") is not None

    def places(self) -> tuple[str, ...]:
        """Return the parts of the path below the prefix. Raises NotFound for what no path holds."""
        try:
            parts = tuple(unquote(part, errors="strict") for part in self.path.removeprefix(PREFIX).split("/"))
        except UnicodeDecodeError as error:
            raise nothing_here() from error
        if any("\0" in part or "/" in part for part in parts):
            raise nothing_here()
        return parts

    def params(self, known: tuple[str, ...]) -> Params:
        """Return the parameters of the query. Raises InvalidParams for one that is not known."""
        found: dict[str, list[str]] = {}
        try:
            pairs = parse_qsl(self.query, keep_blank_values=True, errors="strict", max_num_fields=200)
        except ValueError as error:
            raise InvalidParams("The query is not UTF-8, or has more than 200 parameters.") from error
        for name, value in pairs:
            if name not in known:
                words = ", ".join(known) or "none"
                raise InvalidParams(f"There is no parameter {name[:60]!r}: there are {words}.", parameter=name[:60])
            if "\0" in value:
                raise InvalidParams(f"'{name}' holds a NUL character.", parameter=name)
            found.setdefault(name, []).append(value)
        return found


def nothing_here() -> NotFound:
    """Return what is said of paths that lead nowhere."""
    return NotFound("There is nothing at this path.")


def one(params: Params, name: str) -> str | None:
    """Return the last value of a parameter; None when it is absent or empty."""
    values = params.get(name)
    return values[-1] or None if values else None


def flag(params: Params, name: str) -> bool:
    """Return a parameter that is true or false; absent is false."""
    value = one(params, name) or "false"
    if value not in ("true", "false"):
        raise InvalidParams(f"'{name}' is true or false.", parameter=name)
    return value == "true"


def number(params: Params, name: str, least: int, most: int) -> int | None:
    """Return a parameter that is a whole number within bounds; None when it is absent."""
    text = one(params, name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 18 and least <= int(text) <= most):
        raise InvalidParams(f"'{name}' is a whole number from {least} to {most}.", parameter=name)
    return int(text)


def names(params: Params, name: str) -> tuple[str, ...] | None:
    """Return a parameter that lists names between commas; None when it is absent."""
    text = one(params, name)
    return tuple(part.strip() for part in text.split(",")) if text is not None else None


def sorting(params: Params) -> tuple[Sort, ...]:
    """Return the order: names between commas, a minus before those that descend."""
    listed = names(params, "sort") or ()
    return tuple(Sort(name.removeprefix("-"), name.startswith("-")) for name in listed if name)


def filters(params: Params) -> dict[str, Any]:
    """Return the parameter `filter`: an object of the filter grammar."""
    found = codec.loads(one(params, "filter") or "{}")
    if not isinstance(found, dict):
        raise InvalidParams("'filter' is an object of the filter grammar.", parameter="filter")
    return found


async def parts_of(protocol: RestProtocol, request: RestRequest, seconds: float) -> AsyncIterator[bytes]:
    """Return the body in parts. Each has to come in time; the whole may take as long as it is large.

    Raises
    ------
    TimedOut
        When one does not.
    InvalidRequest
        When the body ends before the length it announced, or without its end: what was cut off on its way is no whole.
    """
    parts, missing = aiter(protocol), request.content_length or 0
    in_chunks, empty = request.fields.get("transfer-encoding") is not None, 0
    while True:
        try:
            async with asyncio.timeout(seconds):
                part = await anext(parts)
        except StopAsyncIteration:
            if missing > 0:
                raise InvalidRequest("The body ended before the length that it announced.") from None
            if in_chunks and empty > 1:  # Granian makes an empty part of the end, and one of a failure before it
                raise InvalidRequest("The body ended in the middle. Trailers are not taken.") from None
            return
        except TimeoutError as error:
            raise TimedOut(LATE) from error
        missing -= len(part)
        empty = 0 if part else empty + 1
        yield part


async def json_body(protocol: RestProtocol, request: RestRequest, limit: int, seconds: float) -> bytes:
    """Return a body of JSON.

    Raises
    ------
    WrongMediaType
        When it is announced as something else.
    PayloadTooLarge
        As soon as it is.
    TimedOut
        When it has not come in time.
    """
    if request.content_type.partition(";")[0].strip().lower() != "application/json":
        raise WrongMediaType
    if request.content_length is not None and request.content_length > limit:
        raise PayloadTooLarge(maxBytes=limit)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):  # the whole of it: what drips in would keep its place for ever
            async for part in parts_of(protocol, request, seconds):
                body += part
                if len(body) > limit:
                    raise PayloadTooLarge(maxBytes=limit)
    except TimeoutError as error:
        raise TimedOut(LATE) from error
    return bytes(body)
