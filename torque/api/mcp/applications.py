"""Which application a tool means."""

from torque.api.mcp.tool import Session
from torque.application.types import RunningApplication
from torque.errors import InvalidParams


async def running_application(session: Session, reference: str | None) -> RunningApplication:
    """Return the application named, else the one of the token, else the only one there is.

    Raises
    ------
    InvalidParams
        When several could be meant; names them.
    """
    platform, caller = session.platform, session.caller
    if reference is None:
        reference = caller.application_id
    if reference is None:
        names = [one.name for one in await platform.applications.list(caller)]
        if len(names) != 1:
            listed = f": {', '.join(names[:20])}" if names else "; there is none that you may enter"
            raise InvalidParams(f"Name the application{listed}.", applications=names[:20])
        reference = names[0]
    return await platform.catalog.get(reference)
