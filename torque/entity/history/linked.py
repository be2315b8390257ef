"""Many-to-many links of a moment, wound back from the audit log. Pure."""

from collections.abc import Sequence
from typing import Any

from torque.entity.ends import End


def links_before(
    ids: Sequence[str], since: Sequence[tuple[str, dict[str, Any], dict[str, Any]]], record_id: str, end: End
) -> list[str]:  # fmt: skip
    """Wind the links of one end of a record back.

    Parameters
    ----------
    since
        What was done to links, the newest first: whose end it was, its links before and after, by their key.
    """
    found = list(ids)
    for owner, old, new in since:
        if owner == record_id and (end.log_key in old or end.log_key in new):
            found = list(old.get(end.log_key, []))
        if owner == record_id and not end.mirrored:
            continue
        before, after = old.get(end.far_log_key, []), new.get(end.far_log_key, [])
        if record_id in before and record_id not in after:
            found += [owner] if owner not in found else []  # both may have gone at once
        elif record_id in after and record_id not in before:
            found = [one for one in found if one != owner]
    return found
