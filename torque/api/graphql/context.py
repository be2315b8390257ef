"""What resolvers share during one operation: the services, the caller, and what was loaded already."""

from collections.abc import Sequence

from strawberry.dataloader import DataLoader
from strawberry.types import Info

from torque.api.common.limits import StreamLimits
from torque.application.types import Application, ApplicationInfo
from torque.errors import Unauthenticated
from torque.platform import Platform
from torque.types import Caller


class GraphContext:
    """One operation.

    Parameters
    ----------
    platform, caller
        The services, and who asks.
    limits
        Counts the open streams, subscriptions among them.
    """

    def __init__(self, platform: Platform, caller: Caller, limits: StreamLimits) -> None:
        self.platform = platform
        self.caller = caller
        self.limits = limits
        self.applications_of: DataLoader[str, list[ApplicationInfo]] = DataLoader(load_fn=self._applications)

    def require_identity(self) -> Caller:
        """Return the caller, who must have shown a credential.

        Raises
        ------
        Unauthenticated
            For an anonymous caller: models and their editor are for those who signed in.
        """
        if self.caller.is_anonymous:
            raise Unauthenticated
        return self.caller

    async def shown(self, application: Application) -> ApplicationInfo:
        """Return an application as lists show it."""
        self.applications_of.clear_all()
        found = await self.applications_of.load(application.model_id)
        return next(one for one in found if one.id == application.id)

    async def _applications(self, model_ids: Sequence[str]) -> list[list[ApplicationInfo]]:
        """Load the applications of many models at once."""
        applications = await self.platform.applications.list(self.caller)
        return [[one for one in applications if one.model_id == model_id] for model_id in model_ids]


GraphInfo = Info[GraphContext, None]
