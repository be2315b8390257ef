"""The composition root: opens every service, hands each what it needs, closes them. No logic of its own."""

from contextlib import AsyncExitStack

from torque.access.service import AccessService
from torque.application.catalog import Catalog
from torque.application.service import ApplicationService
from torque.application.store import ApplicationStore
from torque.bus import Bus
from torque.config import Config
from torque.db.pool import Database, PoolSettings
from torque.entity.exchange.service import ExchangeService
from torque.entity.history.trail import AuditTrail
from torque.entity.hooks import Hooks
from torque.entity.outbox import Outbox
from torque.entity.repair.effects import EffectService
from torque.entity.service import EntityService
from torque.files.service import FileService
from torque.files.store import open_store
from torque.model.service import ModelService
from torque.native import EventRing, Gate, Generations, ResultCache, use_simd_json
from torque.observe import Observer
from torque.sync.admission import Admission
from torque.sync.bridge import Bridge
from torque.sync.hub import Hub
from torque.sync.messages import WroteSignal
from torque.sync.relay import Relay, payload_of
from torque.types import RunContext
from torque.xflow.lifecycle import Lifecycle
from torque.xflow.service import XFlowService

DELETION_SECONDS = 5.0
"""How long a server lets somebody wait until all records of an application are gone; a command waits to the end."""


class Platform:
    """Everything a protocol adapter or a command needs, opened and wired.

    Parameters
    ----------
    config
        Resolved settings; `database.url` names the database, an embedded one has been started before.
    context
        Where this process stands in its run.
    observer
        Takes what the services report.
    """

    def __init__(self, config: Config, context: RunContext, observer: Observer, db: Database) -> None:
        self.config = config
        self.context = context
        self.observer = observer
        self.db = db
        self.bus = Bus(observer)
        self.generations = Generations(context.generations_fd)
        self.ring = EventRing(context.ring_fd)
        performance, workers = config.performance, max(1, context.workers)
        use_simd_json(performance.enable_simd_json)
        self.cache = ResultCache(
            self.generations,
            max(1, performance.cache_bytes // workers),
            max(1, performance.entity_cache_size // workers),
            performance.entity_cache_ttl,
        )
        self.gate = Gate(self.cache, config.limits.max_depth)
        self.models = ModelService(db, self.bus, self.generations, observer)
        self.access = AccessService(db, self.generations, self.bus)
        self.catalog = Catalog(ApplicationStore(db), self.models, self.generations)
        self.hooks = Hooks()
        self.entities = EntityService(db, self.access, self.generations, self.bus, self.hooks, observer)
        if not context.is_command:  # one may be over before that has begun
            self.catalog.on_loaded(self.entities.recomputing.look)
        self.trail = AuditTrail(db)
        self.effects = EffectService(db)
        self.exchange = ExchangeService(db, self.access, self.generations, self.bus, self.hooks)
        self.files = FileService(db, self.access, self.entities, self.hooks, open_store(config), config.files, observer)
        self.applications = ApplicationService(
            db, self.catalog, self.models, self.access, self.generations, self.bus, self.entities,
            patience=None if context.is_command else DELETION_SECONDS,
        )  # fmt: skip
        self.xflows = XFlowService(db, self.access, self.entities, self.bus, observer, config, context)
        self.models.check_flows_with(self.xflows.check)
        self.lifecycle = Lifecycle(self.xflows, self.hooks)
        self.outbox = Outbox(db, self.catalog, self.hooks, self.bus, observer)
        admission = Admission(self.catalog, self.access, self.models, self.entities)
        self.hub = Hub(self.ring, context, admission, observer, config.limits.ws_queue)
        self.relay = Relay(db, self.generations, context, observer)
        self.bridge = Bridge(self.bus, self.hub, self.relay, self.catalog)

    @classmethod
    async def open(cls, config: Config, context: RunContext, *, observer: Observer | None = None) -> "Platform":
        """Open the pool and wire the services; call it on the running loop."""
        share = max(1, context.workers)
        settings = PoolSettings(
            dsn=config.database.url,
            application_name=f"torque:{context.run_id}:{context.worker}",
            min_size=config.database.min_connections // share,
            max_size=max(2, config.database.max_connections // share),
            connection_timeout=config.database.connection_timeout,
            idle_timeout=config.database.idle_timeout,
            query_timeout=config.limits.query_timeout,
            announcement=payload_of(context.run_id, [WroteSignal()]) if context.is_command else "",
        )
        db = await Database.open(settings)
        platform = cls(config, context, observer or Observer(), db)
        platform.hub.start()
        if not context.is_command:
            platform.outbox.start()
        return platform

    async def close(self) -> None:
        """Close in the reverse order; what waits to be written is written first."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.db.close)
            stack.push_async_callback(self.xflows.close)
            stack.push_async_callback(self.relay.close)
            stack.push_async_callback(self.entities.close)
            stack.push_async_callback(self.applications.close)
            stack.push_async_callback(self.files.close)
            stack.push_async_callback(self.outbox.close)
            stack.callback(self.hub.close)
