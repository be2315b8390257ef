"""Make the summaries that aggregations of large types ask for, and drop those that nobody asks for any more.

One of each very large type is made before anybody asks (see `ahead`), and goes when nobody does.

Triggers are made and dropped with a short patience, because the leaf is locked for a moment: who has to wait for a
writer gives up, and the next round tries again. A summary counts from the moment that its triggers stood: they are made
first, then all records are counted in one transaction that sees one moment, and only then readers hear of it.
"""

import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

import msgspec

from torque.db.queries import load_queries
from torque.db.session import Session, StatementFailed, exclusive, quoted
from torque.entity.query.links_sql import literal
from torque.entity.tuning.ahead import AHEAD_RECORDS, ahead_of
from torque.entity.tuning.indexing import MANY_RECORDS
from torque.entity.tuning.models import Models
from torque.entity.tuning.shapes import AggregateShape, Known
from torque.entity.tuning.summaries import (
    PREFIX,
    Standing,
    SummarySpec,
    compaction,
    create_function,
    create_triggers,
    crowded,
    fill,
)

Q = load_queries(Path(__file__).with_name("indexes.sql"))
KEY = "large_types"
LOCK = 0x746F7269
"""Held by whoever makes and drops indexes and summaries."""
ASKED = 3
"""How often an aggregation has to be slow before a summary is made for it."""
DEAR = 250.0
"""Milliseconds from which on one slow answer is enough."""
PER_TYPE = 6
"""Most summaries of a type; each makes a write of its records 5 to 15 microseconds dearer."""
PER_LEAF = 60
"""Most summaries of a leaf; every trigger is looked at for every record of it."""
MANY_ROWS = 5_000
"""A summary of more different rows than that is no summary."""
UNUSED = "30 days"
TRIED = "1 day"
"""What was asked for less than `ASKED` times is forgotten after so long."""
EARLY = "7 days"
"""How long one that was made before anybody asked stands without having been of use."""
_PATIENCE = "200ms"

Tell = Callable[..., None]


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What one round did, by name."""

    built: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def keep_summaries_now(dsn: str) -> None:
    """Make the summaries that are due without waiting for the next round; do nothing while somebody else does.

    Raises
    ------
    Unavailable
        When the database cannot be reached, or refuses.
    """
    with exclusive(dsn, "torque:summaries", LOCK) as session:
        if session is not None:
            keep_summaries(session, lambda *_, **__: None, MANY_RECORDS, AHEAD_RECORDS, Models(session))


def keep_summaries(session: Session, tell: Tell, many: int, ahead: int, models: Models) -> Made:
    """Bring the summaries of all applications up to date, on a session that nobody else keeps them with."""
    session.run(Q.forget_demand, ASKED, TRIED, UNUSED)
    large: dict[str, dict[str, str]] = {}
    made_early: list[SummarySpec | None] = []
    for application, key, leaf, model_id, revision, document, records in session.rows(Q.large_types, many):
        large.setdefault(application, {})[key] = leaf
        if records > ahead:
            model = models.get(model_id, revision, document)
            entity = model.entities_by_key.get(key)
            made_early.append(ahead_of(model, application, entity) if entity is not None else None)
    known = _known(session)
    standing = {one.spec.name: one for one in known.standing}
    there = {str(row[0]): str(row[1]) for row in session.rows(Q.triggers, PREFIX + "%") if row[3]}
    early = _early(session, [spec for spec in made_early if spec is not None])
    wanted = _wanted(session, large, early, standing.keys())
    valid = {name: one for name, one in standing.items() if there.get(one.trigger) == one.leaf and name in wanted}
    _remember(session, large, valid.values())
    dropped, stuck = _drop_surplus(session, tell, {one.trigger for one in valid.values()})
    built = []
    for name, spec in wanted.items():
        if name in valid or name in stuck:
            continue
        made = _build(session, tell, spec, large[spec.application_id][spec.entity_key])
        if made is not None:
            valid[name] = made
            built.append(name)
            if spec in early:
                session.run(Q.note_early, spec.entity_key, name, spec.application_id)
            _remember(session, large, valid.values())
    for one in valid.values():
        if session.rows(Q.many_rows, one.spec.application_id, one.spec.name, MANY_ROWS // 2):
            session.run(compaction(one.spec))
    return Made(built=tuple(built), dropped=tuple(dropped))


def _known(session: Session) -> Known:
    rows = session.rows(Q.known, KEY)
    return msgspec.json.decode(rows[0][0], type=Known) if rows else Known()


def _early(session: Session, specs: Sequence[SummarySpec]) -> list[SummarySpec]:
    """Return those that are worth to be made before anybody asks, or to be kept."""
    if not specs:
        return []
    refused = {str(shape) for (shape,) in session.rows(Q.refused)}
    tried = {str(shape) for (shape,) in session.rows(Q.tried, EARLY)}
    asked = [msgspec.json.decode(row[0], type=AggregateShape).summary for row in session.rows(Q.asked_aggregates)]
    return [
        spec
        for spec in specs
        if spec.name not in refused
        and (spec.name not in tried or any(one is not None and spec.covers(one) for one in asked))
    ]


def _wanted(
    session: Session, large: dict[str, dict[str, str]], early: Sequence[SummarySpec], standing: Collection[str]
) -> dict[str, SummarySpec]:  # fmt: skip
    """Return the summaries there should be, by name, the most wanted first, none that another one answers.

    Those that are made early are one of a type, and come first. Of the others those that stand do: they are not slow
    any more, and would give way to what soon gave way to them.
    """
    asked = [
        msgspec.json.decode(detail, type=AggregateShape).summary
        for (detail,) in session.rows(Q.slow_aggregates, ASKED, DEAR)
    ]
    asked.sort(key=lambda spec: spec is None or spec.name not in standing)
    found = [*early, *asked]
    specs = list(dict.fromkeys(spec for spec in found if spec is not None))
    wanted: list[SummarySpec] = []
    on_leaf: dict[str, int] = {}
    for spec in specs:
        leaf = large.get(spec.application_id, {}).get(spec.entity_key)
        if leaf is None or any(one.covers(spec) for one in specs if one != spec):
            continue
        place = (spec.application_id, spec.entity_key)
        of_type = sum((one.application_id, one.entity_key) == place for one in wanted)
        if of_type < PER_TYPE and on_leaf.get(leaf, 0) < PER_LEAF:
            on_leaf[leaf] = on_leaf.get(leaf, 0) + 1
            wanted.append(spec)
    return {spec.name: spec for spec in wanted}


def _build(session: Session, tell: Tell, spec: SummarySpec, leaf: str) -> Standing | None:
    """Make a summary; what fails leaves triggers that the next round drops."""
    made = Standing(spec=spec, leaf=leaf, trigger=f"{spec.name}_{secrets.token_hex(4)}")
    about = {"summary": spec.name, "application": spec.application_id, "entity": spec.entity_key}
    if session.rows(crowded(made, MANY_ROWS))[0][0]:
        _refuse(session, spec, tell, about)
        return None
    try:
        _together(session, "READ COMMITTED", [create_function(spec), *create_triggers(made)])
        _together(session, "REPEATABLE READ", fill(made))
    except StatementFailed as error:
        tell("summary_failed", level="warning", error=str(error), **about)
        return None
    if session.rows(Q.many_rows, spec.application_id, spec.name, MANY_ROWS):
        _refuse(session, spec, tell, about)
        return None
    tell("summary_built", **about)
    return made


def _refuse(session: Session, spec: SummarySpec, tell: Tell, about: dict[str, str]) -> None:
    """Remember that a summary would be none, so that it is not tried again."""
    said = f"more than {MANY_ROWS} groups"
    detail = msgspec.json.encode(spec).decode()
    session.run(Q.refuse_demand, said, spec.application_id, detail)
    session.run(Q.refuse_summary, spec.entity_key, spec.name, detail, said, spec.application_id)
    tell("summary_refused", level="warning", rows=MANY_ROWS, **about)


def _drop_surplus(session: Session, tell: Tell, wanted: set[str]) -> tuple[list[str], set[str]]:
    """Drop triggers, functions and rows that are of no summary that stands.

    Returns the triggers that went, and the summaries of those that could not: another trigger beside them would count
    everything twice.
    """
    dropped, stuck = [], set[str]()
    for trigger, leaf, function, _ in session.rows(Q.triggers, PREFIX + "%"):
        if any(trigger in (one, f"{one}_u", f"{one}_d") for one in wanted):
            continue
        try:
            _together(session, "READ COMMITTED", [f"DROP TRIGGER IF EXISTS {quoted(trigger)} ON {quoted(leaf)}"])
        except StatementFailed:
            stuck.add(function)  # somebody writes just now
            tell("summary_kept", level="debug", trigger=trigger)
            continue
        dropped.append(trigger)
    kept = stuck | {trigger[: trigger.rindex("_")] for trigger in wanted}
    for (function,) in session.rows(Q.functions, PREFIX + "%"):
        if function not in kept:
            session.run(f"DROP FUNCTION {quoted(function)}()")
            tell("summary_dropped", summary=function)
    session.run(Q.drop_rows, sorted(kept))
    return dropped, stuck


def _together(session: Session, level: str, statements: Sequence[str]) -> None:
    """Run statements in one transaction of some isolation level, without waiting long for locks."""
    session.run(f"BEGIN ISOLATION LEVEL {level}")
    try:
        session.run(f"SET LOCAL lock_timeout = {literal(_PATIENCE)}")
        for statement in statements:
            session.run(statement)
    except BaseException:
        session.run("ROLLBACK")
        raise
    session.run("COMMIT")


def _remember(session: Session, large: dict[str, dict[str, str]], standing: Iterable[Standing]) -> None:
    """Write down what servers have to know."""
    known = Known({app: tuple(sorted(keys)) for app, keys in sorted(large.items())}, tuple(standing))
    session.run(Q.remember, KEY, msgspec.json.encode(known).decode())
