"""Which lane a write goes out in: writes of one statement have the same parts."""

from typing import Literal

from torque.application.types import RunningApplication
from torque.entity.batch import Lane, Write
from torque.entity.following import followed
from torque.entity.history.audit import audit_mode
from torque.model.compile import CompiledEntity


def lane_of(app: RunningApplication, kind: Literal["create", "update"], write: Write) -> Lane:
    """Return the lane that a write goes out in."""
    return lane_for(app.id, kind, write.entity, repeatable=write.repeat is not None)


def lane_for(
    application_id: str, kind: Literal["create", "update"], entity: CompiledEntity, *, repeatable: bool = False
) -> Lane:
    """Return the lane of writes to an entity, with or without idempotency keys."""
    event = "AfterCreate" if kind == "create" else "AfterUpdate"
    return Lane(application_id, kind, audit_mode(entity), repeatable, event in followed(entity))
