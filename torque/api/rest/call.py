"""One REST call on its way to the services, and what a verb is."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeVar

import msgspec

from torque import codec
from torque.api.common.bodies import Body
from torque.api.common.reply import Reply
from torque.api.rest.request import Params, RestProtocol, RestRequest, json_body
from torque.application.types import RunningApplication
from torque.errors import InvalidParams, ParseError, ValidationFailed
from torque.platform import Platform
from torque.types import Caller

B = TypeVar("B", bound="Body")
T = TypeVar("T")


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call.

    Parameters
    ----------
    application
        Name or id from the path.
    places
        The other variable parts of the path by name; `type` is the entity.
    params
        Parameters of the query, all of them known ones.
    """

    platform: Platform
    protocol: RestProtocol
    request: RestRequest
    caller: Caller
    application: str
    places: dict[str, str]
    params: Params

    async def running(self) -> RunningApplication:
        """Return the application. Raises NotFound when it does not run."""
        platform = self.platform
        return platform.catalog.running(self.application) or await platform.catalog.get(self.application)

    async def body(self) -> bytes:
        """Return the body, which is JSON and within the server's limit."""
        config = self.platform.config.server
        return await json_body(self.protocol, self.request, config.max_payload_size, config.request_timeout)

    async def read(self, kind: type[B]) -> B:
        """Return the body as a struct.

        Raises
        ------
        InvalidParams, ParseError
            Saying what does not fit, or that it is no JSON.
        """
        try:
            return msgspec.json.decode(await self.body(), type=kind)
        except msgspec.ValidationError as error:
            raise InvalidParams(f"{str(error).replace('`', chr(39))}.") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ParseError(f"Not valid JSON: {error}.") from error

    async def writing(self, data: bytes, write: Awaitable[T]) -> T:
        """Return what writing a record of these bytes answers.

        Raises
        ------
        ParseError
            When they are no JSON: then there is no record that could lack something.
        """
        try:
            return await write
        except ValidationFailed:
            if codec.unbounded(data) is None:
                codec.loads(data)
            raise

    def idempotency_key(self) -> str | None:
        """Return what the header `Idempotency-Key` holds."""
        key = self.request.fields.get("idempotency-key")
        return str(key) if key else None


Action = Literal["read", "create", "update", "delete"]
Run = Callable[[Call], Awaitable[Reply | None]]


class Verb(msgspec.Struct, frozen=True, kw_only=True):
    """What can be done at a path.

    Parameters
    ----------
    name
        Its operation id.
    path
        Parts behind the application; those in braces are variable.
    params
        Names of the parameters of its query.
    headers
        Names of the headers it looks at.
    action
        What the caller's role must allow on the entity.
    body
        Shape of its body: a struct, `record` for the data of one, or a media type for a file.
    answer
        What it answers: `record`, `records`, `results`, `report`, `file` and so on, as the description names them.
    status
        When it went well.
    """

    name: str
    method: str
    path: tuple[str, ...]
    summary: str
    run: Run
    answer: str
    action: Action
    params: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    body: Any = None
    status: int = 200

    def match(self, parts: tuple[str, ...]) -> dict[str, str] | None:
        """Return the variable parts of a path, or None when it is another's."""
        if len(parts) != len(self.path):
            return None
        found = {}
        for wanted, given in zip(self.path, parts, strict=True):
            if wanted.startswith("{"):
                found[wanted[1:-1]] = given
            elif wanted != given:
                return None
        return found
