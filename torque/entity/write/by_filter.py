"""Writes to all records of a query: to those that match when they are written, not to those that did a moment before.

Each record is written at the version at which it matched. What has moved on is asked for again, by the filter: it may
match as it is now, or not any more. All or nothing begins anew then; rows that stand for themselves go on alone.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from torque.access.service import AccessService
from torque.application.types import Answer, RunningApplication
from torque.entity.reading import Reading
from torque.entity.types import Query
from torque.entity.write.bulk_types import MAX_ROWS, Call, Edit, Mode, Result
from torque.entity.write.bulk_verbs import BulkVerbs, report
from torque.errors import Conflict, InvalidParams, NotFound
from torque.types import Caller

_ATTEMPTS = 8
_RESTLESS = "The records that match keep changing. Nothing was changed; try again, or write each for itself (perRow)."

Write = Callable[[Call, Mapping[str, int]], Awaitable[list[Result]]]


class ByFilter:
    """Changes and deletes what a query finds."""

    def __init__(self, access: AccessService, reading: Reading, bulk: BulkVerbs) -> None:
        self._access = access
        self._reading = reading
        self._bulk = bulk

    async def update(self, caller: Caller, app: RunningApplication, query: Query, data: bytes, mode: Mode) -> Answer:
        """Make the same change to all records of a query; see `EntityService.bulk_update_matching`."""

        async def write(call: Call, found: Mapping[str, int]) -> list[Result]:
            return await self._bulk.update_rows(
                call, [Edit(id=one, data=data, if_version=version) for one, version in found.items()]
            )

        return await self._written(caller, app, query, mode, write)

    async def delete(self, caller: Caller, app: RunningApplication, query: Query, mode: Mode) -> Answer:
        """Delete all records of a query; see `EntityService.bulk_delete_matching`."""
        return await self._written(caller, app, query, mode, self._bulk.delete_rows)

    async def _written(self, caller: Caller, app: RunningApplication, query: Query, mode: Mode, write: Write) -> Answer:
        results: dict[str, Result] = {}
        moved: dict[str, Result] | None = None
        for _ in range(_ATTEMPTS):
            found: Mapping[str, Any] = await self._matching(caller, app, query)
            if moved is not None and mode == "perRow":
                found = {one: version for one, version in found.items() if one in moved}
            call = self._bulk.call(caller, app, query.entity_type, mode, [None] * len(found))
            try:
                made = await write(call, found) if found else []
            except (Conflict, NotFound):
                moved = {}
                continue
            told = dict(zip(found, made, strict=True))
            moved = {one: result for one, result in told.items() if isinstance(result, Conflict | NotFound)}
            results.update((one, result) for one, result in told.items() if one not in moved)
            if not moved:
                return report(list(results.values()))
        if mode == "atomic":
            raise Conflict(_RESTLESS)
        return report([*results.values(), *(moved or {}).values()])

    async def _matching(self, caller: Caller, app: RunningApplication, query: Query) -> Mapping[str, int]:
        found = await self._reading.versions(app, self._access.enter(caller, app), query, MAX_ROWS + 1)
        if len(found) > MAX_ROWS:
            raise InvalidParams(f"The filter matches more than {MAX_ROWS} records. Narrow it.", parameter="filters")
        return found
