"""What COPY reads: the lines of new records, their links and keys. Pure."""

from collections.abc import Sequence

import msgspec

from torque.entity.exchange.draft import Draft

RECORD_COLUMNS = ("application_id", "id", "entity_type", "data", "created_at", "updated_at")
LINK_COLUMNS = ("application_id", "link_key", "source_id", "target_id", "position")
KEY_COLUMNS = ("application_id", "constraint_id", "value", "entity_id")


class Lines(msgspec.Struct, frozen=True):
    """The lines for each table, empty where there are none; those of links with their targets, ordered by source."""

    records: bytes
    links: Sequence[tuple[str, str]]
    keys: bytes


def lines_of(application_id: str, key: str, drafts: Sequence[Draft], now: str) -> Lines:
    """Return the lines of prepared drafts. JSON holds no raw tab or line end, so only backslashes need care there."""
    records: list[bytes] = []
    links: list[tuple[str, str]] = []
    keys: list[str] = []
    head, tail = application_id.encode() + b"\t", f"\t{now}\t{now}\n".encode()
    kind = f"\t{escaped(key)}\t".encode()
    for draft in drafts:
        prepared, record_id = draft.prepared, draft.id
        if prepared is None or record_id is None:
            continue
        data = prepared.data
        if b"\\" in data:
            data = data.replace(b"\\", b"\\\\")
        if draft.created_at or draft.updated_at:
            made = draft.created_at or now
            times = f"\t{made}\t{draft.updated_at or made}\n".encode()
            records.append(head + record_id.encode() + kind + data + times)
        else:
            records.append(head + record_id.encode() + kind + data + tail)
        for link_key, target, position in prepared.links:
            line = f"{application_id}\t{escaped(link_key)}\t{record_id}\t{target}\t{position}\n"
            links.append((target, line))
        for constraint, value in draft.keys:
            keys.append(f"{application_id}\t{escaped(constraint)}\t{escaped(value)}\t{record_id}\n")
    keys.sort()
    return Lines(b"".join(records), links, "".join(keys).encode())


def escaped(text: str) -> str:
    """Return text as a column of COPY holds it."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\t" in text or "\n" in text or "\r" in text:
        text = text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text
