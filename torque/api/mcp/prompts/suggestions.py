"""What completes arguments: names of models, applications and entity types that the caller may see."""

from collections.abc import Sequence

from torque.api.mcp.prompt import Given
from torque.api.mcp.tool import Session


async def model_names(session: Session, given: Given) -> Sequence[str]:
    """Return the names of all models; none to whoever may not see them."""
    if not session.caller.is_admin or session.caller.application_id is not None:
        return ()
    return [one.name for one in await session.platform.models.list(session.caller)]


async def application_names(session: Session, given: Given) -> Sequence[str]:
    """Return the names of the applications that the caller may enter."""
    return [one.name for one in await session.platform.applications.list(session.caller)]


async def type_names(session: Session, given: Given) -> Sequence[str]:
    """Return the entity types of the application under `id` that the caller may see."""
    if "id" not in given:
        return ()
    running = await session.platform.catalog.get(given["id"])
    rights = session.platform.access.enter(session.caller, running)
    return [name for name in running.model.entities if rights.entity(name).any]
