"""Everything below /api/v1/apps: finds the handler, and who asks."""

from torque.api.common.reply import Reply, refusal
from torque.api.rest.data import DataEndpoint
from torque.api.rest.files import FilesEndpoint
from torque.api.rest.request import RestProtocol, RestRequest, nothing_here
from torque.errors import TorqueError
from torque.platform import Platform


class RestEndpoint:
    """Answers REST requests.

    Parameters
    ----------
    platform
        The services.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._data = DataEndpoint(platform)
        self._files = FilesEndpoint(platform)

    async def handle(self, protocol: RestProtocol, request: RestRequest) -> Reply | None:
        """Answer one request; None when the handler wrote the answer itself."""
        try:
            return await self._handle(protocol, request)
        except TorqueError as error:
            return refusal(error)

    async def _handle(self, protocol: RestProtocol, request: RestRequest) -> Reply | None:
        places, method = request.places(), request.method
        if len(places) < 4 or places[1] != "entities":
            raise nothing_here()
        app, _, entity_type, *rest = places
        caller = await self._platform.access.authenticate(
            request.fields.get("authorization"), request.fields.get("cookie"), protocol="rest",
            request_id=request.request_id,
        )  # fmt: skip
        match rest:
            case ["export"]:
                if method != "GET":
                    return _only("GET")
                return await self._data.export(protocol, request, caller, app, entity_type)
            case ["import"]:
                if method != "POST":
                    return _only("POST")
                return await self._data.load(protocol, request, caller, app, entity_type)
            case ["files", field]:
                if method != "POST":
                    return _only("POST")
                return await self._files.upload(protocol, request, caller, app, entity_type, field)
            case [record, "files", file]:
                if method not in ("GET", "HEAD"):
                    return _only("GET, HEAD")
                await self._files.download(protocol, request, caller, app, entity_type, record, file)
                return None
            case _:
                raise nothing_here()


def _only(methods: str) -> Reply:
    return Reply(405, (("allow", methods),))
