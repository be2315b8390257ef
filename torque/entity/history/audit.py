"""What the audit log keeps of a write, as the model asks."""

from torque.entity.batch import AuditMode
from torque.model.compile import CompiledEntity
from torque.model.derived import once_per_entity


@once_per_entity
def audit_mode(entity: CompiledEntity) -> AuditMode:
    """Return whether writes to an entity are logged, and whether with their values."""
    if not entity.audited:
        return "off"
    behavior = entity.definition.behavior
    auditing = behavior.auditing if behavior else None
    return "values" if auditing is None or auditing.track_changes else "names"
