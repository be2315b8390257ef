"""What happened, told after commit: the events that the bus carries inside one process."""

import msgspec


class Event(msgspec.Struct, frozen=True):
    """Base of all events."""


class ModelChanged(Event, frozen=True, kw_only=True):
    """A model has a new revision. `pages` and `entities` name what the change touched; None means all."""

    model_id: str
    revision: int
    pages: tuple[str, ...] | None = None
    entities: tuple[str, ...] | None = None
    origin: str = "local"


class ModelDeleted(Event, frozen=True, kw_only=True):
    """A model and its applications are gone."""

    model_id: str
    origin: str = "local"


class ApplicationChanged(Event, frozen=True, kw_only=True):
    """An application was created, started, stopped, emptied or deleted."""

    application_id: str
    action: str
    origin: str = "local"


class RecordsChanged(Event, frozen=True, kw_only=True):
    """Records were written. `records` holds (id, version, names of changed fields)."""

    application_id: str
    entity_type: str
    kind: str
    records: tuple[tuple[str, int, tuple[str, ...]], ...]


class ExchangeProgress(Event, frozen=True, kw_only=True):
    """How far an import or export of records is. `figures` has what listeners are told of it."""

    application_id: str
    entity_type: str
    finished: bool
    figures: dict[str, str | int | None]


class AccessChanged(Event, frozen=True, kw_only=True):
    """Credentials were revoked or narrowed; streams opened with them end."""

    credentials: tuple[bytes, ...]


class FlowFinished(Event, frozen=True, kw_only=True):
    """An execution of a workflow has ended."""

    application_id: str
    execution_id: str
    xflow_id: str
    status: str
