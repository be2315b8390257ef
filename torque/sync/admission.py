"""Who may listen to what: the one place of the live feed that decides it."""

from torque.access.service import AccessService
from torque.application.catalog import Catalog
from torque.application.types import RunningApplication
from torque.entity.service import EntityService
from torque.errors import NotFound, Unauthenticated
from torque.model.service import ModelService
from torque.sync.subscription import Grant
from torque.sync.topics import (
    Topic,
    application_topic,
    entity_topic,
    exchange_topic,
    model_topic,
    page_topic,
    record_topic,
)
from torque.types import Caller


class Admission:
    """Turns a topic that a caller asks for into a grant.

    Parameters
    ----------
    catalog, access, models, entities
        What is there, and who may see it.
    """

    def __init__(
        self, catalog: Catalog, access: AccessService, models: ModelService, entities: EntityService
    ) -> None:  # fmt: skip
        self._catalog = catalog
        self._access = access
        self._models = models
        self._entities = entities

    async def admit(self, caller: Caller, topic: Topic) -> Grant:
        """Resolve and allow one topic.

        Raises
        ------
        NotFound, Unauthenticated
            As a request for the same thing would be answered.
        """
        await self._access.confirm(caller)
        if topic.kind == "model":
            model = await self._models.get(caller, topic.name)
            return Grant(topic=model_topic(model.id), asked=topic, model_id=model.id)
        running = await self._catalog.get(topic.application)
        rights = self._access.rights(caller, running)
        if not rights.may_enter:
            raise Unauthenticated if caller.is_anonymous else NotFound
        if topic.kind in ("entity", "record", "exchange"):
            return await self._records(caller, running, topic)
        application = running.application
        followed = application.model_id if application.model_revision is None else ""
        if topic.kind == "application":
            full, page = application_topic(application.id), ""
        else:
            page = running.model.page(topic.name).id
            full = page_topic(application.id, page)
        return Grant(topic=full, asked=topic, application_id=application.id, model_id=followed, page=page)

    async def revision(self, grant: Grant) -> int:
        """Return the revision that an application draws its pages from at this moment."""
        return (await self._catalog.get(grant.application_id)).model.revision

    async def _records(self, caller: Caller, running: RunningApplication, topic: Topic) -> Grant:
        rights = self._access.rights(caller, running).entity(topic.name)
        if topic.name not in running.model.entities or not rights.read:
            raise NotFound(
                f"There is no entity '{topic.name[:80]}', or you may not see it.", entityType=topic.name[:80]
            )
        application = running.application
        if topic.kind == "exchange":
            full = exchange_topic(application.id, topic.name)
        elif topic.record:
            if rights.where is not None:
                await self._entities.require_seen(caller, running, topic.name, topic.record)
            full = record_topic(application.id, topic.name, topic.record)
        else:
            full = entity_topic(application.id, topic.name)
        return Grant(
            topic=full,
            asked=topic,
            application_id=application.id,
            model_id=application.model_id if application.model_revision is None else "",
            hidden=rights.hidden,
            blind=rights.where is not None,
        )
