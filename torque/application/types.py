"""Applications as data: what the database keeps of one, and what a request sees of a running one."""

from typing import Any

import msgspec

from torque.model.compile import CompiledModel
from torque.native import Stamp

RUNNING = "running"
STOPPED = "stopped"


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """A running instance of a model with its own data.

    Parameters
    ----------
    model_revision
        The revision it is pinned to; None follows the head of the model.
    name
        Slug, unique on the server: its address.
    label
        What people read.
    """

    id: str
    model_id: str
    model_revision: int | None
    name: str
    label: str
    status: str
    config: dict[str, Any]
    created_at: str
    updated_at: str

    @property
    def url(self) -> str:
        """The path of its front end."""
        return f"/app/{self.name}"


class RunningApplication(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """An application with its compiled model, as one request sees it.

    Parameters
    ----------
    stamp
        Generations of the catalogue (application and model), read before both were.
    """

    id: str
    application: Application
    model: CompiledModel
    stamp: Stamp


class Answer(msgspec.Struct, frozen=True):
    """A result in the wire's shape as JSON, and the stamp to cache it under; None where it may not be cached."""

    result: bytes
    stamp: Stamp | None = None
    ttl: float | None = None


class ApplicationInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a list of applications shows of one."""

    id: str
    name: str
    label: str
    status: str
    public: bool
    url: str
    model_id: str
    model_revision: int | None
    created_at: str
    updated_at: str
