"""Mutations about all records of an application: made-up ones, and none."""

import strawberry
from strawberry import ID

from torque.access.service import require_admin
from torque.api.graphql.context import GraphInfo
from torque.api.graphql.fields import described
from torque.entity.exchange.seed import seed_jobs
from torque.errors import InvalidParams
from torque.files.making import FileMaker

MOST_SEEDED = 1_000
"""Records of each entity that one request makes; the command line makes any number."""


@strawberry.type
class Seeded:
    """How many records were made up."""

    created: int
    entities: list[str] = strawberry.field(description="The entities they are of.")
    left_out: list[str] = strawberry.field(description="Why entities got none, for each that did not.")


@strawberry.type
class RecordMutation:
    """The part of the mutations that is about records."""

    @described("Make up records of each entity, by names and types of the fields; the same seed makes the same values.")
    async def seed_application(
        self, info: GraphInfo, id: ID, count: int = 20, seed: int = 1, entities: list[str] | None = None
    ) -> Seeded:
        """Fill an application with made-up records."""
        context = info.context
        caller, platform = context.require_identity(), context.platform
        require_admin(caller)
        if not 1 <= count <= MOST_SEEDED:
            raise InvalidParams(f"'count' lies between 1 and {MOST_SEEDED}.", parameter="count")
        running = await platform.catalog.get(id)
        files = FileMaker(platform.files, caller, running)
        found = await seed_jobs(platform.db, running, count, seed, tuple(entities or ()), files)
        report = await platform.exchange.load(caller, running, found.jobs)
        return Seeded(created=report.created, entities=sorted(report.entities), left_out=list(found.left_out.values()))

    @described("Delete all records of an application; `confirm` is its name. Returns how many there were.")
    async def empty_application(self, info: GraphInfo, id: ID, confirm: str) -> int:
        """Delete all records."""
        context = info.context
        caller, platform = context.require_identity(), context.platform
        require_admin(caller)
        running = await platform.catalog.get(id)
        if confirm != running.application.name:
            raise InvalidParams(f"'confirm' is the name of the application: {running.application.name}.")
        return await platform.exchange.empty(caller, running)
