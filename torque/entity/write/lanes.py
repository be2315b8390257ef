"""Which lane a write goes out in: writes of one statement have the same parts."""

from typing import Literal

from torque.application.types import RunningApplication
from torque.entity.batch import Lane, Write
from torque.entity.following import followed
from torque.entity.history.audit import audit_mode


def lane_of(app: RunningApplication, kind: Literal["create", "update"], write: Write) -> Lane:
    """Return the lane that a write goes out in."""
    event = "AfterCreate" if kind == "create" else "AfterUpdate"
    return Lane(app.id, kind, audit_mode(write.entity), write.repeat is not None, event in followed(write.entity))
