"""Many-to-many links of a load: kept aside by the database until all records are there, then written at once.

A link has no place in the record and may lead either way, to records that come later in the file or that get their ids
at the end. So a temporary table holds them: memory stays the same, and each is looked at when nothing moves any more.
"""

from collections.abc import Sequence

import msgspec

from torque.application.types import RunningApplication
from torque.entity.exchange.copying import escaped
from torque.entity.exchange.draft import Draft
from torque.entity.exchange.lookup import Lookup, Q
from torque.entity.exchange.many import LinkStep
from torque.entity.exchange.mapping import RowPlan
from torque.entity.exchange.orderly import Filling, Orderly
from torque.entity.exchange.types import RowFault
from torque.entity.history.audit import audit_mode
from torque.model.compile import CompiledEntity
from torque.types import Caller, utc_now

_LINK_COLUMNS = ("step", "owner", "entity_row", "place", "other", "value")
_OWNER_COLUMNS = ("step", "owner", "replaced")
_NONE = "\\N"


class _Column(msgspec.Struct, frozen=True):
    """One column of links of one job."""

    entity: CompiledEntity
    step: LinkStep


class Broken(msgspec.Struct, frozen=True):
    """Records that want links to nobody, and why.

    Parameters
    ----------
    changed
        True when one of them was there before the load.
    """

    owners: Sequence[str]
    changed: bool
    faults: Sequence[RowFault]


class Linking:
    """Collects the links of one load and writes them at its end."""

    def __init__(self, connection: Orderly, app: RunningApplication, caller: Caller, lookup: Lookup) -> None:
        self._connection = connection
        self._app = app
        self._caller = caller
        self._lookup = lookup
        self._columns: list[_Column] = []
        self._places: dict[int, int] = {}

    @property
    def entities(self) -> set[str]:
        """Names of the entities at the other ends."""
        return {column.step.end.other for column in self._columns}

    async def prepare(self, plans: Sequence[RowPlan]) -> None:
        """Make room for the links that these tables hold."""
        for plan in plans:
            for step in plan.many:
                self._places[id(step)] = len(self._columns)
                self._columns.append(_Column(plan.entity, step))
        if self._columns:
            await self._connection.execute(Q.hold_links)
            await self._connection.execute(Q.hold_owners)

    def lines(self, drafts: Sequence[Draft], *, replaced: bool) -> Sequence[Filling]:
        """Return what is to be kept aside of the links of stored rows.

        Parameters
        ----------
        replaced
            The records were there before: they lose the links that the row does not name.
        """
        links: list[str] = []
        owners: list[str] = []
        mark = "t" if replaced else "f"
        for draft in drafts:
            owner = draft.id
            for many in draft.many:
                if replaced or many.cells:
                    owners.append(f"{self._places[id(many.step)]}\t{owner}\t{mark}\n")
            for link in draft.links:
                value = escaped(link.value) if link.value is not None else _NONE
                links.append(
                    f"{self._places[id(link.step)]}\t{owner}\t{draft.row}\t{link.place}\t{link.id or _NONE}\t{value}\n"
                )
        return (
            Filling("import_owners", "".join(owners).encode(), _OWNER_COLUMNS),
            Filling("import_links", "".join(links).encode(), _LINK_COLUMNS),
        )

    async def keep(self, drafts: Sequence[Draft], *, replaced: bool) -> None:
        """Keep the links of stored rows aside; see `lines`."""
        for filling in self.lines(drafts, replaced=replaced):
            await self._connection.fill(filling)

    async def close(self) -> None:
        """Say that all links are there."""
        if self._columns:
            await self._connection.execute(Q.find_links)
            await self._connection.execute(Q.weigh_links)

    async def broken(self) -> Broken:
        """Find out whom all links mean; return the records that want links to nobody."""
        owners: dict[str, None] = {}
        faults: list[RowFault] = []
        changed = False
        for place, column in enumerate(self._columns):
            step, other = column.step, self._app.model.entities[column.step.end.other]
            if step.key is not None:
                await self._connection.execute(Q.name_links, self._app.id, place, step.key.rule_id)
            hold = Q.hold_others if step.end.backward else Q.hold_linked
            await self._connection.execute(hold, self._app.id, place)
            for row in await self._connection.fetch(Q.broken_links, self._app.id, place, other.key):
                owners[row["owner"]] = None
                changed = changed or row["replaced"]
                message = self._lookup.missing(other.name, step.key, row["value"])
                path = f"/{step.name}/{row['place']}"
                faults.append(RowFault(row["entity_row"], path, "Reference", message, column.entity.name))
        return Broken(list(owners), changed, faults)

    async def forget(self, owners: Sequence[str]) -> None:
        """Leave out the links of records that are not kept."""
        if self._columns:
            await self._connection.execute(Q.forget_links, owners)
            await self._connection.execute(Q.forget_owners, owners)

    async def write(self) -> int:
        """Write the links; return how many were made."""
        made = 0
        keys = [column.step.end.link_key for column in self._columns]
        for place, column in enumerate(self._columns):
            end = column.step.end
            await self._audit(place, column)
            query = Q.unlink_to if end.backward else Q.unlink_from
            await self._connection.execute(query, self._app.id, place, end.link_key)
            first = end.link_key not in keys[:place]
            tag = await self._connection.link(Q.link_all, self._app.id, place, end.link_key, end.backward, first)
            made += int(tag.rpartition(" ")[2])
        return made

    async def _audit(self, place: int, column: _Column) -> None:
        mode, caller, end = audit_mode(column.entity), self._caller, column.step.end
        if mode != "off":
            await self._connection.execute(
                Q.audit_links, self._app.id, place, end.link_key, utc_now(), column.entity.key, caller.name,
                ",".join(caller.roles), caller.protocol, caller.request_id, mode == "values", end.backward, end.log_key,
            )  # fmt: skip
