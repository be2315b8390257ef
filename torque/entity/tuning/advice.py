"""The index advisor: which indexes an application wants and has, and which questions had none to answer them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from torque.application.types import RunningApplication
from torque.db.pool import Database
from torque.db.queries import load_queries
from torque.entity.tuning.indexing import (
    ASKED_PER_TYPE,
    MANY_RECORDS,
    OFTEN,
    PER_LEAF,
    PREFIX,
    SOME_RECORDS,
    IndexSpec,
    specs_of,
)
from torque.entity.tuning.shapes import AggregateShape, Known, ListShape
from torque.entity.tuning.summaries import Standing
from torque.model.compile import CompiledEntity

Q = load_queries(Path(__file__).with_name("advice.sql"))
QUESTIONS = 50
"""Most questions of a report, those first that took longest in all."""

Answer = Literal["index", "summary", ""]
State = Literal["present", "building", "invalid", "missing", "no room", "surplus"]


class TypeReport(msgspec.Struct, frozen=True, kw_only=True):
    """A type of records; only large ones have indexes of their own."""

    entity: str
    records: int
    large: bool


class IndexReport(msgspec.Struct, frozen=True, kw_only=True):
    """One index, wanted or there.

    Parameters
    ----------
    on
        What it compares and sorts by, in the names of the model.
    state
        `invalid` is built anew by the next upkeep, `surplus` dropped; `no room` is beyond the bound of a leaf.
    progress
        Percent of the table read, while it is being built.
    scans
        How often the database used it since its statistics began.
    """

    entity: str
    name: str
    on: str
    state: State
    progress: float | None = None
    bytes: int = 0
    scans: int = 0

    @property
    def unused(self) -> bool:
        """True for an index that stands and was never used."""
        return self.state == "present" and self.scans == 0


class SummaryReport(msgspec.Struct, frozen=True, kw_only=True):
    """A summary that answers aggregations; `rows` that it consists of."""

    entity: str
    name: str
    on: str
    rows: int


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of list or aggregation that was slow.

    Parameters
    ----------
    answered_by
        What answers it by now: an index, a summary, or nothing.
    milliseconds, slowest
        The mean, and the worst.
    advice
        What would help.
    """

    entity: str
    kind: Literal["list", "aggregate"]
    asks: str
    asked: int
    slow: int
    milliseconds: float
    slowest: float
    last_at: str
    answered_by: Answer
    advice: str


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """All about the indexes of one application."""

    types: tuple[TypeReport, ...]
    indexes: tuple[IndexReport, ...]
    summaries: tuple[SummaryReport, ...]
    questions: tuple[Question, ...]


async def advise(db: Database, app: RunningApplication, many: int = MANY_RECORDS) -> Advice:
    """Return what the advisor knows about an application.

    Parameters
    ----------
    many
        Records above which a type is large.
    """
    counts = {row["entity_type"]: int(row["n"]) for row in await db.fetch(Q.counts, app.id)}
    entities = list(app.model.entities.values())
    large = {entity.key: entity for entity in entities if counts.get(entity.key, 0) > many}
    wanted = {spec.name: spec for entity in large.values() for spec in specs_of(app.model, app.id, entity)}
    asked = [
        row
        for row in await db.fetch(Q.demand, app.id)
        if counts.get(row["entity_type"], 0) > SOME_RECORDS and row["entity_type"] in app.model.entities_by_key
    ]
    wanted |= _asked_for(app, asked, wanted.values())
    there = {row["name"]: row for row in await db.fetch(Q.indexes, f"{PREFIX}{app.id.replace('-', '')[:12]}\\_%")}
    full = int(await db.fetchval(Q.on_leaf, app.id)) >= PER_LEAF
    indexes = [_index(app, spec, there.get(name), full) for name, spec in wanted.items()]
    indexes += [_surplus(row) for name, row in there.items() if name not in wanted]
    value = await db.fetchval(Q.known)
    stands = msgspec.json.decode(value, type=Known) if value is not None else Known()
    standing = [one for one in stands.standing if one.spec.application_id == app.id]
    rows = {row["summary"]: int(row["n"]) for row in await db.fetch(Q.summary_rows, app.id)}
    valid = [spec for name, spec in wanted.items() if name in there and there[name]["valid"]]
    known = app.model.entities_by_key
    questions = [_question(known[row["entity_type"]], row, valid, standing) for row in asked[:QUESTIONS]]
    types = [TypeReport(entity=e.name, records=counts.get(e.key, 0), large=e.key in large) for e in entities]
    return Advice(
        types=tuple(types),
        indexes=tuple(indexes),
        summaries=tuple(_summary(app, one, rows) for one in standing if one.spec.entity_key in large),
        questions=tuple(questions),
    )


def _asked_for(
    app: RunningApplication, asked: Iterable[Mapping[str, Any]], others: Iterable[IndexSpec]
) -> dict[str, IndexSpec]:
    """Return the indexes that lists ask for, none that another one answers."""
    answered, found, of_type = {spec.answers for spec in others}, dict[str, IndexSpec](), Counter[str]()
    for row in asked:
        if row["kind"] != "list" or row["slow"] < OFTEN or of_type[row["entity_type"]] >= ASKED_PER_TYPE:
            continue
        entity = app.model.entities_by_key[row["entity_type"]]
        spec = msgspec.json.decode(row["detail"], type=ListShape).index(app.id, entity)
        if spec is not None and spec.answers not in answered and spec.name not in found:
            found[spec.name] = spec
            of_type[entity.key] += 1
    return found


def _index(app: RunningApplication, spec: IndexSpec, row: Mapping[str, Any] | None, full: bool) -> IndexReport:
    entity = app.model.entities_by_key[spec.entity_key]
    progress = None
    if row is None:
        state: State = "no room" if full else "missing"
    elif row["valid"]:
        state = "present"
    else:
        state = "invalid" if row["phase"] is None else "building"
        total = row["blocks_total"] or 0
        progress = round(100 * row["blocks_done"] / total, 1) if row["phase"] and total else None
    return IndexReport(
        entity=entity.name, name=spec.name, on=_on(entity, spec), state=state, progress=progress,
        bytes=row["bytes"] if row is not None else 0, scans=row["scans"] if row is not None else 0,
    )  # fmt: skip


def _surplus(row: Mapping[str, Any]) -> IndexReport:
    return IndexReport(
        entity="", name=row["name"], on="", state="surplus", bytes=row["bytes"], scans=row["scans"]
    )  # fmt: skip


def _on(entity: CompiledEntity, spec: IndexSpec) -> str:
    """Say what an index is on."""
    if spec.search is not None:
        return "words of " + ", ".join(_name(entity, key) for key in spec.search.keys)
    parts = [f"{_name(entity, ref.key)} =" for ref in spec.equal]
    parts += [_name(entity, key.ref.key) + (" desc" if key.descending else "") for key in spec.order]
    return ", ".join(parts)


def _name(entity: CompiledEntity, path: str) -> str:
    """Return the name of a field by its storage key; of a path through references, that of its first step."""
    key, dot, rest = path.partition(".")
    field = next((one for one in entity.fields.values() if one.key == key), None)
    return (field.name if field is not None else key) + dot + rest


def _summary(app: RunningApplication, one: Standing, rows: Mapping[str, int]) -> SummaryReport:
    entity = app.model.entities_by_key[one.spec.entity_key]
    by = [_name(entity, s.ref.key) + (f" by {s.bucket}" if s.bucket else "") for s in one.spec.shared]
    of = [_name(entity, m.ref.key) for m in one.spec.measured]
    on = ", ".join(by) + (f": {', '.join(dict.fromkeys(of))}" if of else "")
    return SummaryReport(entity=entity.name, name=one.spec.name, on=on, rows=rows.get(one.spec.name, 0))


def _question(
    entity: CompiledEntity, row: Mapping[str, Any], valid: Sequence[IndexSpec], standing: Sequence[Standing]
) -> Question:
    if row["kind"] == "list":
        shape = msgspec.json.decode(row["detail"], type=ListShape)
        by: Answer = "index" if _has_index(entity, shape, valid) else ""
        asks, advice = _asks(entity, shape), "" if by else _advice(entity, shape)
    else:
        grouped = msgspec.json.decode(row["detail"], type=AggregateShape)
        found = grouped.summary is not None and any(one.spec.covers(grouped.summary) for one in standing)
        by, asks = "summary" if found else "", _asks_aggregate(entity, grouped)
        advice = "" if found else _advice_aggregate(grouped, row["refused"])
    return Question(
        entity=entity.name, kind=row["kind"], asks=asks, asked=row["asked"], slow=row["slow"],
        milliseconds=round(row["milliseconds"] / max(1, row["asked"]), 1), slowest=round(row["slowest"], 1),
        last_at=row["last_at"], answered_by=by, advice=advice,
    )  # fmt: skip


def _has_index(entity: CompiledEntity, shape: ListShape, valid: Iterable[IndexSpec]) -> bool:
    """Tell whether one index holds the records in the order asked for, and nothing else is compared."""
    for spec in valid:
        if spec.entity_key != entity.key:
            continue
        if spec.search is not None and shape.search:
            return True
        order = tuple((key.ref.key, key.descending) for key in spec.order)
        others = set(shape.compared) - {key for key, _ in shape.sort[:1]}
        if {ref.key for ref in spec.equal} == set(shape.equal) and order == shape.sort and not others:
            return True
    return False


def _asks(entity: CompiledEntity, shape: ListShape) -> str:
    parts = [f"{_name(entity, path)} =" for path in shape.equal]
    parts += [_name(entity, path) for path in shape.compared] + (["search"] if shape.search else [])
    sort = ", ".join(_name(entity, path) + (" desc" if descending else "") for path, descending in shape.sort)
    return (", ".join(parts) or "everything") + f" sorted by {sort}"


def _asks_aggregate(entity: CompiledEntity, shape: AggregateShape) -> str:
    parts = [", ".join(shape.metrics) or "groups"]
    if shape.groups:
        parts.append("by " + ", ".join(shape.groups))
    if shape.compared:
        parts.append("where " + ", ".join(_name(entity, path) for path in shape.compared))
    return " ".join(parts)


def _advice(entity: CompiledEntity, shape: ListShape) -> str:
    """Say which index of the model would answer a list."""
    columns = [*shape.equal, *(path for path, _ in shape.sort)]
    if any("." in path for path in (*columns, *shape.compared)):
        return "Values of referenced records have no index here; keep them on the record, or filter it further."
    if shape.search and not shape.equal:
        return "The index of words answers the search; sort by relevance to use it alone."
    named = [_name(entity, path) for path in dict.fromkeys(columns)]
    if not named:
        return "Narrow the filter."
    return f"Add an index on {', '.join(named)} to the entity; else it gets one once this was slow {OFTEN} times."


def _advice_aggregate(shape: AggregateShape, refused: str) -> str:
    if refused:
        return f"No summary can be kept: {refused}. Group by something coarser."
    if shape.summary is None:
        return "No summary can be kept of what links lead to, of extremes of times of writing, or of a search."
    return "A summary is made within a minute, once it was slow three times or took a quarter of a second."
