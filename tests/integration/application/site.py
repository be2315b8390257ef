"""Models, applications and records as one worker has them, for tests of applications."""

from typing import Any

from tests.integration.entity.workshop import SHOP
from torque import codec
from torque.access.service import AccessService
from torque.application.catalog import Catalog
from torque.application.service import ApplicationService
from torque.application.store import ApplicationStore
from torque.bus import Bus
from torque.db.pool import Database
from torque.entity.hooks import Hooks
from torque.entity.service import EntityService
from torque.entity.types import Query
from torque.events import ApplicationChanged
from torque.model.service import ModelService
from torque.native import Generations
from torque.observe import Observer
from torque.types import Caller

ADMIN, GUEST = Caller.local("test"), Caller.anonymous("test")
ADA, EVE = "0190a000-0000-7000-8000-0000000000a1", "0190a000-0000-7000-8000-0000000000e1"
SAMPLES = {
    "order": [{"id": "0190a000-0000-7000-8000-000000000001", "number": 1, "customer_id": ADA}],
    "customer": [{"id": ADA, "name": "Ada", "parent_id": EVE}, {"id": EVE, "name": "Eve", "parent_id": ADA}],
}


class Site:
    """Models, applications and records on one database, as one worker has them."""

    def __init__(
        self, db: Database, generations: Generations | None = None, patience: float | None = None
    ) -> None:  # fmt: skip
        self.db = db
        self.generations = generations or Generations()
        self.bus = Bus(Observer())
        self.events: list[ApplicationChanged] = []
        self.bus.on(ApplicationChanged, self.events.append)
        self.models = ModelService(db, self.bus, self.generations, Observer())
        self.access = AccessService(db, self.generations, self.bus)
        self.catalog = Catalog(ApplicationStore(db), self.models, self.generations)
        self.entities = EntityService(db, self.access, self.generations, self.bus, Hooks(), Observer())
        self.applications = ApplicationService(
            db, self.catalog, self.models, self.access, self.generations, self.bus, self.entities, patience
        )

    async def model(self, name: str, **more: Any) -> str:
        """Store the shop model under a name and return its id."""
        document = {**SHOP, "name": name, **more}
        return (await self.models.import_document(ADMIN, codec.dumps(document))).model.id

    async def records(self, ref: str, entity_type: str) -> list[dict[str, Any]]:
        app = await self.catalog.get(ref)
        answer = await self.entities.list(ADMIN, app, Query(entity_type=entity_type))
        return list(codec.loads(answer.result)["data"])
