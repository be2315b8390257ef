"""Records as data: what a request asks for, what a plan says, what a write hands over. Frozen, parsed once."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

from torque.access.types import EntityRights, Rights
from torque.application.types import Answer, RunningApplication
from torque.model.compile import CompiledEntity, CompiledField, CompiledModel

__all__ = [
    "AllOf", "Answer", "AnyOf", "Compare", "Condition", "Connection", "EntityRights", "Exists", "Expansion", "Kind",
    "Link", "Linked", "ListPlan", "Not", "OrderKey", "Query", "Row", "RunningApplication", "Scope", "Search", "Seek",
    "Sort", "ValueRef",
]  # fmt: skip

Row = Sequence[Any]
"""A stored record by position: id, data (JSON under storage keys), version, created_at, updated_at, entity key."""


class Connection(Protocol):
    """What the engine needs of a database connection."""

    async def fetch(self, sql: str, *args: object) -> Sequence[Any]: ...
    async def fetchrow(self, sql: str, *args: object) -> Any: ...
    async def fetchval(self, sql: str, *args: object) -> Any: ...
    async def execute(self, sql: str, *args: object) -> str: ...


class Sort(msgspec.Struct, frozen=True):
    """One key of an order as it was asked for: a field, or a field of a referenced record (`customer_id.name`)."""

    field: str
    descending: bool = False


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A list of records as it was asked for.

    Parameters
    ----------
    filters
        The filter grammar of the wire: ``{field: value | {op: value}, "and": [], "or": [], "not": {}}``.
    sort
        Keys in order; empty means the entity's default, else the newest first.
    cursor
        Opaque place to go on from; excludes `page`.
    expand
        Names of Reference fields whose records come along.
    fields
        Names of the fields to answer; None means all.
    """

    entity_type: str
    filters: Mapping[str, Any] = {}
    sort: tuple[Sort, ...] = ()
    page: int = 0
    limit: int = 50
    cursor: str | None = None
    search: str | None = None
    expand: tuple[str, ...] = ()
    fields: tuple[str, ...] | None = None


Kind = Literal["text", "plain", "number", "boolean", "array", "json", "id", "time", "version", "rank"]
"""How values compare. `plain` is text by code point: enums, dates, references. `id`, `time` and `version` are columns,
`rank` is how well a record fits a search."""

HELD = 150
"""How many characters of a text indexes hold and lists sort by: an entry of an index takes at most 2,704 bytes."""


class ValueRef(msgspec.Struct, frozen=True):
    """A value of a record: a member of its data under a storage key, or one of its own columns."""

    kind: Kind
    key: str

    @property
    def column(self) -> bool:
        """True for what is never missing."""
        return self.kind in ("id", "time", "version")

    @property
    def nullable(self) -> bool:
        """True for what records may lack."""
        return not self.column and self.kind != "rank"

    def is_held(self, values: Sequence[str]) -> bool:
        """Tell whether what an index holds compares with these values as the whole does."""
        return self.kind != "text" or all(len(value) < HELD for value in values)


class Link(msgspec.Struct, frozen=True):
    """A step from a record to those that a reference field names, or that are linked to it.

    Parameters
    ----------
    key
        Storage key of the field that holds one id; unused where there are many.
    backward
        True when the links point to the record, not from it.
    """

    key: str
    link_key: str
    many: bool
    target_key: str
    backward: bool = False


class Compare(msgspec.Struct, frozen=True):
    """A value against constants. Values are in their stored form: text, or JSON text for numbers and booleans."""

    ref: ValueRef
    op: Literal["eq", "lt", "le", "gt", "ge", "in", "contains", "starts_with", "ends_with", "missing"]
    value: Any = None


class AllOf(msgspec.Struct, frozen=True):
    """Every part holds; without parts, true."""

    parts: tuple["Condition", ...]


class AnyOf(msgspec.Struct, frozen=True):
    """One part holds; without parts, false."""

    parts: tuple["Condition", ...]


class Not(msgspec.Struct, frozen=True):
    """The part does not hold; what is missing never holds, so its negation does."""

    part: "Condition"


class Exists(msgspec.Struct, frozen=True):
    """One of the records behind a reference fulfils the part."""

    link: Link
    part: "Condition"


class Linked(msgspec.Struct, frozen=True):
    """A link of this key leads from that record to this one, or, not `forward`, from this one to that."""

    link_key: str
    record_id: str
    forward: bool


class Search(msgspec.Struct, frozen=True):
    """Every word occurs in one of the text fields.

    Parameters
    ----------
    keys
        Storage keys of the fields.
    configuration
        The database's name of the language.
    complete
        True when these are all text fields of the type, so that its index of words says the same.
    """

    words: tuple[str, ...]
    keys: tuple[str, ...]
    configuration: str
    complete: bool


WORDS = "~words"
"""Stands for the index of words among the storage keys that indexes answer."""

Condition = Compare | AllOf | AnyOf | Not | Exists | Linked | Search


class OrderKey(msgspec.Struct, frozen=True):
    """One key of the order: a value of the record or, behind a link, of the record it refers to, or its rank."""

    ref: ValueRef
    descending: bool
    link: Link | None = None
    search: Search | None = None

    @property
    def nullable(self) -> bool:
        """True when records may lack the value; they come last in both directions."""
        return self.link is not None or self.ref.nullable


class Seek(msgspec.Struct, frozen=True):
    """The place of a cursor: the order's values there (None where missing) and the record's id."""

    values: tuple[str | None, ...]
    id: str
    backward: bool


class Expansion(msgspec.Struct, frozen=True, kw_only=True):
    """A reference whose records come along, as far as the caller may see them: a field, or many-to-many links.

    Parameters
    ----------
    name
        The field, or the member that rows get the ids of the linked records as.
    link
        For many-to-many, what the links stand under and whether they point to the rows.
    """

    name: str
    field: CompiledField | None
    link: tuple[str, bool] | None = None
    target: CompiledEntity
    hidden: frozenset[str]
    condition: Condition | None


class ListPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What to read, decided: nothing in it is unchecked any more.

    Parameters
    ----------
    condition
        Filters, search and the caller's predicate in one; None when every record counts.
    answered
        Names of the fields in the answer; None means all of the entity.
    dependencies
        Names of all entities whose records have a say in the answer.
    fingerprint
        What a cursor of this list is bound to: application, entity, condition and order.
    """

    entity: CompiledEntity
    condition: Condition | None
    order: tuple[OrderKey, ...]
    id_descending: bool
    limit: int
    page: int
    seek: Seek | None
    expansions: tuple[Expansion, ...]
    answered: frozenset[str] | None
    dependencies: frozenset[str]
    fingerprint: bytes
    sorts: tuple[Sort, ...]

    @property
    def in_sections(self) -> bool:
        """True when a page begins among the values of a key that records may lack: first those, then the missing.

        Each section is one range of an index; both together are not.
        """
        seek = self.seek
        single = len(self.order) == 1 and self.order[0].nullable
        if seek is None:
            return self.goes_along
        return single and not seek.backward and seek.values[0] is not None

    @property
    def goes_along(self) -> bool:
        """True for all records, in an order of those that they refer to: it is that of the targets, with their sources.

        That goes for records that have the value.
        """
        return self.looks_along and self.condition is None

    @property
    def looks_along(self) -> bool:
        """True for some of the records as well: those that fit are looked for along such an order."""
        among = self.seek is None or self.seek.values[0] is not None
        return among and len(self.order) == 1 and self.order[0].link is not None


class Scope(msgspec.Struct, frozen=True):
    """In whose eyes a request is planned: the model, and the rights that mask it."""

    model: CompiledModel
    rights: Rights
