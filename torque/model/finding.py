"""A finding of verification: what is wrong, where, what it means, and the changes that would mend it."""

from typing import Any, Literal

import msgspec

Severity = Literal["Error", "Warning", "Info"]


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """A named list of changes, previewed, applied and undone like any other."""

    name: str
    changes: list[dict[str, Any]]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing verification has to say.

    `id` names the problem and the parts it is about by their ids, so it stays the same while the problem does,
    wherever the parts move.
    """

    id: str
    severity: Severity
    pointer: str
    message: str
    impact: str | None = None
    fix: Fix | None = None


class FlowFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What the checker of workflows says about one of them."""

    rule: str
    message: str
    severity: Severity = "Error"
    node_id: str | None = None
