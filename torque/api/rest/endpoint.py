"""Everything below /api: finds the verb, and who asks."""

from functools import cached_property

from torque.api.common.reply import JSON, Reply, refusal, wrong_method
from torque.api.rest import openapi
from torque.api.rest.call import Call, Verb
from torque.api.rest.request import PREFIX, RestProtocol, RestRequest, nothing_here
from torque.api.rest.table import VERBS
from torque.errors import TorqueError
from torque.platform import Platform
from torque.types import Caller

WORDS = frozenset(part for verb in VERBS for part in verb.path[2:3] if not part.startswith("{"))
"""What stands where else the id of a record does."""


class RestEndpoint:
    """Answers REST requests.

    Parameters
    ----------
    platform
        The services.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    @cached_property
    def _general(self) -> bytes:
        return openapi.general()

    async def handle(self, protocol: RestProtocol, request: RestRequest) -> Reply | None:
        """Answer one request; None when the handler wrote the answer itself.

        A refusal may come before the body was read, which ends the connection: clients are told so.
        """
        try:
            reply = await self._handle(protocol, request)
        except TorqueError as error:
            reply = refusal(error)
        if reply is None or reply.status < 400 or not request.has_body:
            return reply
        return Reply(reply.status, (*reply.headers, ("connection", "close")), reply.body)

    async def _handle(self, protocol: RestProtocol, request: RestRequest) -> Reply | None:
        if request.path == openapi.PATH:
            return Reply(200, JSON, self._general) if request.method == "GET" else _without(request, "GET")
        if not request.path.startswith(PREFIX):
            raise nothing_here()
        application, *rest = request.places()
        if rest == ["openapi.json"]:
            return await self._describe(request, application) if request.method == "GET" else _without(request, "GET")
        methods = _matching(tuple(rest))
        if request.method not in methods:
            return _without(request, *sorted(methods))
        verb, places = methods[request.method]
        call = Call(
            platform=self._platform, protocol=protocol, request=request, caller=await self._caller(request),
            application=application, places=places, params=request.params(verb.params),
        )  # fmt: skip
        return await verb.run(call)

    async def _describe(self, request: RestRequest, application: str) -> Reply:
        """Answer the description of one application, as far as the caller may see it."""
        caller = await self._caller(request)
        running = await self._platform.catalog.get(application)
        rights = self._platform.access.enter(caller, running)
        return Reply(200, JSON, openapi.of_application(running, rights))

    async def _caller(self, request: RestRequest) -> Caller:
        return await self._platform.access.authenticate(
            request.fields.get("authorization"), request.fields.get("cookie"), protocol="rest",
            request_id=request.request_id,
        )  # fmt: skip


def _without(request: RestRequest, *known: str) -> Reply:
    """Answer a method that a path has no verb for; OPTIONS asks for those that it has."""
    if request.method == "OPTIONS":
        return Reply(204, (("allow", ", ".join((*known, "OPTIONS"))),))
    return wrong_method(*known)


def _matching(parts: tuple[str, ...]) -> dict[str, tuple[Verb, dict[str, str]]]:
    """Return the verbs of a path by method. Raises NotFound when there are none."""
    found = {}
    for verb in VERBS:
        places = verb.match(parts)
        if places is not None and not ("record" in places and places["record"] in WORDS):
            found[verb.method] = (verb, places)
    if not found:
        raise nothing_here()
    return found
