"""Many single writes as one statement: what each hands over, and the arguments they make together.

Pure, but for the ids of entries in the log.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from torque import codec
from torque.db.queries import load_queries
from torque.entity.write.fresh import some_ids
from torque.model.compile import CompiledEntity
from torque.native import Prepared
from torque.types import Caller

_FILES = ("queries.sql", "write/write.sql", "deletion/deletion.sql", "history/history.sql")
Q = load_queries(*(Path(__file__).parent / name for name in _FILES))

_PLACEHOLDER = re.compile(r"(?<!:):([a-z_]+)")
_SEPARATOR = "\x1f"
_PATIENCE = "250ms"
_PATIENCE_ALONE = "8s"

AuditMode = Literal["off", "names", "values"]
"""Whether an audit row is written, and whether it holds the values."""


class Repeat(msgspec.Struct, frozen=True, kw_only=True):
    """The idempotency key of a write: who may repeat what, told by a hash of the parameters."""

    caller: str
    method: str
    key: str
    params_hash: bytes


class Write(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One record ready to be stored.

    Parameters
    ----------
    base_version
        The version it was prepared on, 0 for a new one.
    base_time
        When that was written, where the version alone does not tell: a record may have been made anew under its id.
    confirmed
        Names of fields that were sent as they stood, where another process may have written them just now.
    """

    entity: CompiledEntity
    id: str
    base_version: int
    prepared: Prepared
    caller: Caller
    repeat: Repeat | None = None
    base_time: str | None = None
    confirmed: frozenset[str] = frozenset()


class Lane(msgspec.Struct, frozen=True):
    """What may go out in one statement: one application, one kind, the same parts."""

    application_id: str
    kind: Literal["create", "update"]
    audit: AuditMode
    repeatable: bool
    followed: bool = False


class Batch(msgspec.Struct, frozen=True):
    """A statement for a batch of writes."""

    text: str
    args: tuple[Any, ...]


def statement(lane: Lane, writes: Sequence[Write], now: str, *, alone: bool = False) -> Batch:
    """Return the one statement of these writes: records, links, keys, audit, counts, idempotency.

    Rows are sorted, so that two batches meet in the same order.

    Parameters
    ----------
    alone
        Wait for locks that others hold, instead of leaving the record out.
    """
    ordered = sorted(writes, key=lambda write: write.id)
    creating = lane.kind == "create"
    values: dict[str, Any] = {
        "application": lane.application_id,
        "now": now,
        "patience": _PATIENCE_ALONE if alone else _PATIENCE,
        "ids": plain([write.id for write in ordered]),
        "datas": json_array([write.prepared.data for write in ordered]),
    }
    logged = lane.audit != "off"
    parts = [f"{lane.kind}_logged_records" if logged else f"{lane.kind}_records"]
    if creating:
        _types(values, ordered)
        parts += _links(values, [(write.id, link) for write in ordered for link in write.prepared.links], "create")
        parts += _keys(values, [(write.id, key) for write in ordered for key in write.prepared.keys], "create")
    else:
        values["versions"] = plain([str(write.base_version) for write in ordered])
        values["times"] = plain([write.base_time or "NULL" for write in ordered])
        parts += _relink(values, ordered)
        parts += _rekey(values, ordered)
    if logged:
        parts.append(f"{lane.kind}_log")
        _audit(values, ordered, lane)
    if lane.followed:
        parts.append(f"{lane.kind}_follow")
        values["letters"] = json_array([letter(lane.kind, write) for write in ordered])
    if lane.repeatable:
        parts.append("remember" if creating else "update_remember")
        _repeats(values, ordered)
    text, names = assemble((*parts, f"{lane.kind}_end"), alone)
    return Batch(text, tuple(values[name] for name in names))


def bulk_statement(lane: Lane, writes: Sequence[Write], now: str) -> Batch:
    """Return the one statement that stores new records of one type and caller."""
    values: dict[str, Any] = {
        "application": lane.application_id,
        "now": now,
        "patience": _PATIENCE_ALONE,
        "ids": plain([write.id for write in writes]),
        "datas": json_array([write.prepared.data for write in writes]),
    }
    _types(values, writes)
    parts = ["create_records"]
    parts += _links(values, [(write.id, link) for write in writes for link in write.prepared.links], "create")
    parts += _keys(values, [(write.id, key) for write in writes for key in write.prepared.keys], "create")
    if lane.audit != "off":
        caller = writes[0].caller
        parts.append("bulk_audit")
        values |= {
            "actor": caller.name, "role": ",".join(caller.roles), "protocol": caller.protocol,
            "request": caller.request_id, "values": lane.audit == "values",
        }  # fmt: skip
    if lane.followed:
        parts.append("create_follow")
        values["letters"] = json_array([letter(lane.kind, write) for write in writes])
    if lane.repeatable:
        parts.append("remember")
        _repeats(values, writes)
    text, names = assemble((*parts, "create_end"), True)
    return Batch(text, tuple(values[name] for name in names))


def revive_statement(
    lane: Lane, writes: Sequence[Write], created: Sequence[str], now: str, *, counted: bool = True
) -> Batch:
    """Return the statement that brings deleted records of one caller back: each under the version after its base.

    Parameters
    ----------
    created
        When each was made first.
    counted
        False for who counts them up at the end of a transaction.
    """
    caller = writes[0].caller
    values: dict[str, Any] = {
        "application": lane.application_id,
        "now": now,
        "patience": _PATIENCE_ALONE,
        "ids": plain([write.id for write in writes]),
        "datas": json_array([write.prepared.data for write in writes]),
        "versions": plain([str(write.base_version + 1) for write in writes]),
        "created": quoted(created),
        "actor": caller.name,
        "role": ",".join(caller.roles),
        "protocol": caller.protocol,
        "request": caller.request_id,
        "values": lane.audit == "values",
    }
    _types(values, writes)
    parts = ["revive_records", "counted"] if counted else ["revive_records"]
    parts += _links(values, [(write.id, link) for write in writes for link in write.prepared.links], "create")
    parts += _keys(values, [(write.id, key) for write in writes for key in write.prepared.keys], "create")
    parts += ["revive_audit"] if lane.audit != "off" else []
    if lane.followed:
        parts.append("create_follow")
        values["letters"] = json_array([letter("create", write) for write in writes])
    if lane.repeatable:
        parts.append("remember")
        _repeats(values, writes)
    text, names = assemble((*parts, "create_end"), True)
    return Batch(text, tuple(values[name] for name in names))


def seed_statement(application_id: str, writes: Sequence[Write], times: Sequence[str], now: str) -> Batch:
    """Return the statement that stores many new records, each with its time; they may refer to each other."""
    values: dict[str, Any] = {
        "application": application_id,
        "now": now,
        "ids": plain([write.id for write in writes]),
        "datas": json_array([write.prepared.data for write in writes]),
        "times": quoted(times),
    }
    parts = ["seed_records"]
    parts += _links(values, [(write.id, link) for write in writes for link in write.prepared.links], "create")
    parts += _keys(values, [(write.id, key) for write in writes for key in write.prepared.keys], "create")
    _types(values, writes)
    _audit(values, writes, Lane(application_id, "create", "names", False))
    text, names = assemble((*parts, "create_audit", "create_end"), False)
    return Batch(text, tuple(values[name] for name in names))


@lru_cache(maxsize=256)
def assemble(parts: tuple[str, ...], alone: bool) -> tuple[str, tuple[str, ...]]:
    """Return parts put together as one statement, and its arguments in the order they are met."""
    *tables, end = (getattr(Q, part) for part in parts)
    text = "WITH " + ", ".join(tables) + "\n" + end
    if alone:
        text = text.replace(" SKIP LOCKED", "")
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        if match[1] not in names:
            names.append(match[1])
        return f"${names.index(match[1]) + 1}"

    return _PLACEHOLDER.sub(number, text), tuple(names)


def _types(values: dict[str, Any], writes: Sequence[Write]) -> None:
    """Say of which entities new records are, and how many of each; counts are met in the same order by everybody."""
    keys = [write.entity.key for write in writes]
    counts = sorted(Counter(keys).items())
    values["types"] = quoted(keys)
    values["count_types"] = quoted([key for key, _ in counts])
    values["counts"] = plain([str(count) for _, count in counts])


def _links(values: dict[str, Any], links: list[tuple[str, tuple[str, str, int]]], kind: str) -> list[str]:
    if not links:
        return []
    links.sort(key=lambda item: item[1][1])  # by target: foreign keys lock targets in this order
    values["link_sources"] = plain([source for source, _ in links])
    values["link_keys"] = quoted([link[0] for _, link in links])
    values["link_targets"] = plain([link[1] for _, link in links])
    values["link_positions"] = plain([str(link[2]) for _, link in links])
    return [f"{kind}_links"]


def _keys(values: dict[str, Any], keys: list[tuple[str, tuple[str, str]]], kind: str) -> list[str]:
    if not keys:
        return []
    keys.sort(key=lambda item: item[1])
    values["key_owners"] = plain([owner for owner, _ in keys])
    values["key_constraints"] = quoted([key[0] for _, key in keys])
    values["key_values"] = quoted([key[1] for _, key in keys])
    return [f"{kind}_keys"]


def _relink(values: dict[str, Any], writes: Sequence[Write]) -> list[str]:
    """Change only the links that differ: a position that stays is written over, one that is no more goes."""
    new, gone = [], []
    for write in writes:
        old_links, links = write.prepared.old_links, write.prepared.links
        if old_links == links:
            continue
        before = {(link[0], link[2]): link[1] for link in old_links}
        after = {(link[0], link[2]): link[1] for link in links}
        new += [(write.id, (key, target, at)) for (key, at), target in after.items() if before.get((key, at)) != target]
        gone += [(write.id, place) for place in before if place not in after]
    parts = []
    if gone:
        values["unlink_sources"] = plain([source for source, _ in gone])
        values["unlink_keys"] = quoted([place[0] for _, place in gone])
        values["unlink_positions"] = plain([str(place[1]) for _, place in gone])
        parts.append("update_unlinks")
    return parts + _links(values, new, "update")


def _rekey(values: dict[str, Any], writes: Sequence[Write]) -> list[str]:
    new, gone = [], []
    for write in writes:
        old_keys, keys = write.prepared.old_keys, write.prepared.keys
        if old_keys == keys:
            continue
        before, after = set(old_keys), set(keys)
        new += [(write.id, key) for key in after - before]
        gone += [(write.id, key) for key in before - after]
    parts = []
    if gone:
        values["unkey_owners"] = plain([owner for owner, _ in gone])
        values["unkey_constraints"] = quoted([key[0] for _, key in gone])
        values["unkey_values"] = quoted([key[1] for _, key in gone])
        parts.append("update_unkeys")
    return parts + _keys(values, new, "update")


def _audit(values: dict[str, Any], writes: Sequence[Write], lane: Lane) -> None:
    values["actors"] = quoted([write.caller.name for write in writes])
    values["roles"] = quoted([",".join(write.caller.roles) for write in writes])
    values["protocols"] = quoted([write.caller.protocol for write in writes])
    values["requests"] = quoted([write.caller.request_id for write in writes])
    if lane.kind == "create":
        values["values"] = lane.audit == "values"
    else:
        kept = lane.audit == "values"
        values["entries"] = plain(some_ids(len(writes)))
        values["olds"] = json_array([write.prepared.old for write in writes] if kept else [])
        values["news"] = json_array([write.prepared.new for write in writes] if kept else [])


def _repeats(values: dict[str, Any], writes: Sequence[Write]) -> None:
    repeats = [write.repeat for write in writes if write.repeat is not None]
    values["repeat_callers"] = quoted([repeat.caller for repeat in repeats])
    values["repeat_methods"] = quoted([repeat.method for repeat in repeats])
    values["repeat_keys"] = quoted([repeat.key for repeat in repeats])
    values["repeat_hashes"] = [repeat.params_hash for repeat in repeats]
    values["repeat_results"] = json_array([outcome(write.id, write.base_version + 1) for write in writes])


def plain(values: Sequence[str]) -> str:
    """Return the text of an array of uuids or numbers."""
    return "{" + ",".join(values) + "}"


def quoted(values: Sequence[str]) -> str:
    """Return the text of an array of any text."""
    if not values:
        return "{}"
    joined = _SEPARATOR.join(values)
    if joined.count(_SEPARATOR) >= len(values):
        return "{" + ",".join('"' + _escaped(value) + '"' for value in values) + "}"
    return '{"' + _escaped(joined).replace(_SEPARATOR, '","') + '"}'


def json_array(values: Sequence[bytes]) -> bytes:
    """Return one JSON array of values that are JSON."""
    return b"[" + b",".join(values) + b"]"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def letter(kind: Literal["create", "update"], write: Write) -> bytes:
    """Return what the outbox keeps of a write that something follows."""
    if kind == "create":
        return message_of("AfterCreate", write.caller, write.base_version + 1, write.prepared.data, b"null")
    return message_of("AfterUpdate", write.caller, write.base_version + 1, write.prepared.data, write.prepared.old)


def message_of(event: str, caller: Caller, version: int, data: bytes, old: bytes) -> bytes:
    """Return a letter of the outbox; its caller is kept without the secret it came with."""
    plain_caller = msgspec.structs.replace(caller, credential=None, expires_at=None)
    head = codec.dumps({"event": event, "version": version, "caller": msgspec.to_builtins(plain_caller)})
    return head[:-1] + b',"data":' + data + b',"old":' + old + b"}"


def outcome(record_id: str, version: int) -> bytes:
    """Return what an idempotency key remembers of a write."""
    result: Mapping[str, object] = {"id": record_id, "version": version}
    return codec.dumps(result)
