"""What a method knows of its call besides its parameters."""

from torque.api.common.ports import Channel
from torque.application.types import RunningApplication
from torque.errors import InvalidParams
from torque.platform import Platform
from torque.types import Caller


class CallContext:
    """One call on its way through the services.

    Parameters
    ----------
    platform, caller
        What there is, and who asks.
    path_application
        Name or id of the application that the path fixes.
    channel
        The connection the call came over, when events can be sent to it.
    methods
        Names of the methods that can be called.
    known
        The application of this call, where it has been looked up already.
    """

    __slots__ = ("_known", "caller", "channel", "methods", "path_application", "platform", "reference", "running")

    def __init__(
        self,
        platform: Platform,
        caller: Caller,
        path_application: str | None,
        channel: Channel | None,
        methods: list[str],
        known: RunningApplication | None = None,
    ) -> None:
        self.platform = platform
        self.caller = caller
        self.path_application = path_application
        self.channel = channel
        self.methods = methods
        self.reference: str | None = None
        self.running: RunningApplication | None = None
        self._known = known

    def application_reference(self, parameter: str | None) -> str | None:
        """Return the application named by the path, the parameter `app` or the scope of the token.

        Raises
        ------
        InvalidParams
            When path and parameter name different ones.
        """
        if self.path_application is not None:
            if parameter not in (None, self.path_application):
                raise InvalidParams(
                    "The path already names the application. Leave out 'app', or post to /jsonrpc.", parameter="app"
                )
            return self.path_application
        return parameter if parameter is not None else self.caller.application_id

    async def application(self, parameter: str | None) -> RunningApplication:
        """Return the application of this call.

        Raises
        ------
        InvalidParams
            When nothing names it.
        NotFound
            When there is no such application, or the caller may not enter it.
        """
        if self._known is not None and (parameter is None or self.path_application is None):
            self.running = self._known
            return self._known
        reference = self.application_reference(parameter)
        if reference is None:
            raise InvalidParams(
                "Name the application: post to /jsonrpc/{application}, or add the parameter 'app'.", parameter="app"
            )
        self.reference = reference
        catalog = self.platform.catalog
        self.running = catalog.running(reference) or await catalog.get(reference)
        return self.running
