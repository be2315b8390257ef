"""Many single deletes as one statement: which records it may take, and its arguments. Pure.

It takes only records that nothing refers to and that have no many-to-many links; whatever else is asked for it leaves
alone, for the transaction that finds dependants level by level.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from torque.entity.batch import Batch, Repeat, assemble, json_array, plain, quoted
from torque.entity.ends import ends_of
from torque.entity.history.audit import audit_mode
from torque.entity.write.fresh import some_ids
from torque.model.compile import CompiledEntity, CompiledModel
from torque.model.derived import once_per_model
from torque.types import Caller

ANY_VERSION = 0
_PATIENCE = "250ms"


class Kinds(msgspec.Struct, frozen=True, eq=False):
    """The entities of whose records a statement may take any.

    Parameters
    ----------
    entities
        By storage key.
    all, logged, valued
        Texts of arrays of keys: all of them, those whose deletes are logged, and those that are logged with values.
    """

    entities: dict[str, CompiledEntity]
    all: str
    logged: str
    valued: str


class EraseLane(msgspec.Struct, frozen=True):
    """What may go out in one statement: one application, the same entities, the same parts."""

    application_id: str
    kinds: Kinds
    repeatable: bool = False
    followed: bool = False


class Erasure(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One record to be deleted.

    Parameters
    ----------
    version
        The only version that may go, or ANY_VERSION.
    letter
        What the outbox keeps of it where something follows, made of that version.
    """

    id: str
    caller: Caller
    version: int = ANY_VERSION
    repeat: Repeat | None = None
    letter: bytes = b"null"


def kinds_of(entities: Sequence[CompiledEntity]) -> Kinds:
    """Return these entities as what a statement may take."""
    modes = {entity.key: audit_mode(entity) for entity in entities}
    return Kinds(
        {entity.key: entity for entity in entities},
        quoted(list(modes)),
        quoted([key for key, mode in modes.items() if mode != "off"]),
        quoted([key for key, mode in modes.items() if mode == "values"]),
    )


def kind_of(model: CompiledModel, entity: CompiledEntity) -> Kinds:
    """Return one entity as what a statement may take, the same whenever it is asked for."""
    kinds = _single_kinds(model)
    return kinds.get(entity.key) or kinds.setdefault(entity.key, kinds_of([entity]))


@once_per_model
def _single_kinds(model: CompiledModel) -> dict[str, Kinds]:
    """Return entities as what a statement may take, by storage key, as far as they were asked for."""
    return {}


def is_erasable(model: CompiledModel, entity: CompiledEntity) -> bool:
    """Tell whether records of an entity may go in a statement: links that no field holds need more than one."""
    return not any(end.many_to_many for end in ends_of(model)[entity.name])


def erase_statement(lane: EraseLane, erasures: Sequence[Erasure], now: str) -> Batch:
    """Return the one statement of these deletes: records, links, keys, audit, counts, outbox, idempotency.

    Rows are sorted, so that two batches meet in the same order. It answers id, version and storage key of those that
    went; the others are locked, referred to, at another version, not of these entities, or not there.
    """
    ordered = sorted(erasures, key=lambda erasure: erasure.id)
    callers = [erasure.caller for erasure in ordered]
    values: dict[str, Any] = {
        "application": lane.application_id,
        "now": now,
        "patience": _PATIENCE,
        "ids": plain([erasure.id for erasure in ordered]),
        "versions": plain([str(erasure.version) for erasure in ordered]),
        "types": lane.kinds.all,
        "entries": plain(some_ids(len(ordered))),
        "logged": lane.kinds.logged,
        "valued": lane.kinds.valued,
        "actors": quoted([caller.name for caller in callers]),
        "roles": quoted([",".join(caller.roles) for caller in callers]),
        "protocols": quoted([caller.protocol for caller in callers]),
        "requests": quoted([caller.request_id for caller in callers]),
    }
    parts = ["erase_records"]
    if lane.followed:
        parts.append("erase_follow")
        values["letters"] = json_array([erasure.letter for erasure in ordered])
    if lane.repeatable:
        parts.append("erase_remember")
        repeats = [erasure.repeat for erasure in ordered if erasure.repeat is not None]
        values["repeat_callers"] = quoted([repeat.caller for repeat in repeats])
        values["repeat_methods"] = quoted([repeat.method for repeat in repeats])
        values["repeat_keys"] = quoted([repeat.key for repeat in repeats])
        values["repeat_hashes"] = [repeat.params_hash for repeat in repeats]
    text, names = assemble((*parts, "erase_end"), False)
    return Batch(text, tuple(values[name] for name in names))
