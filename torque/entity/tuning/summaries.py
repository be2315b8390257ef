"""Summaries: what the records of a large type come to, by the values they share, kept by triggers as records change.

A summary is made for a kind of aggregation that is asked for and slow. Its rows look like records that have only the
members the aggregation compares and groups by, so every condition on these is said for them as for records. A change
adds a row of its own, less what the record was and more what it is: writers never wait for each other, and the sum of
all rows is exact at every moment.

What is told of the values that records share holds as long as one record has them, so the least and the greatest of
these are exact after every delete. Behind a reference stands what the referenced record is now: it is shared which
one that is, and looked up when the summary is read. Pure.
"""

import hashlib
from collections.abc import Iterable

import msgspec

from torque.entity.query.aggregate import AggregatePlan, GroupKey, MetricKey, Path
from torque.entity.query.aggregate_sql import bucketed, group_order, having, measured, shown_group, shown_metric
from torque.entity.query.links_sql import literal
from torque.entity.query.sql import Statement
from torque.entity.query.writer import Writer
from torque.entity.types import AllOf, AnyOf, Compare, Condition, Exists, Link, Not, ValueRef

PREFIX = "tq_sum_"
MAX_SHARED = 6
"""Values that records of one row share; more make rows too many."""
MAX_MEASURED = 16
_SCALARS = ("text", "plain", "number", "boolean")
_EXACT = ("count", "sum", "avg")
"""What can be kept by adding and taking away. The least and the greatest cannot: their values are shared."""
_LOOKED_AT = 4
"""How many times as many records are looked at, before a summary is made, as it may have rows."""


class Shared(msgspec.Struct, frozen=True):
    """A value that the records of one row share, for times the span it is rounded down to."""

    ref: ValueRef
    bucket: str | None = None

    @property
    def member(self) -> str:
        """What it is called in a row."""
        return self.ref.key if self.bucket is None else f"{self.ref.key}~{self.bucket}"


class Measured(msgspec.Struct, frozen=True):
    """A value that is counted where it is present, and summed if it is a number."""

    ref: ValueRef
    number: bool


class SummarySpec(msgspec.Struct, frozen=True, kw_only=True):
    """One summary of a type of an application."""

    application_id: str
    entity_key: str
    shared: tuple[Shared, ...]
    measured: tuple[Measured, ...]

    @property
    def name(self) -> str:
        """What it and its function are called: the same for the same summary, another for every other."""
        return PREFIX + hashlib.blake2b(msgspec.json.encode(self), digest_size=12).hexdigest()

    def covers(self, other: "SummarySpec") -> bool:
        """Tell whether it answers whatever the other one does."""
        same = (self.application_id, self.entity_key) == (other.application_id, other.entity_key)
        return same and set(self.shared) >= set(other.shared) and set(self.measured) >= set(other.measured)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A summary that stands: where its triggers are, and what the first of them is called in this making of it."""

    spec: SummarySpec
    leaf: str
    trigger: str


def summary_of(plan: AggregatePlan, application_id: str) -> SummarySpec | None:
    """Return the summary that would answer an aggregation; None when none can."""
    shared = [_shared(group) for group in plan.groups]
    compared = _compared(plan.condition)
    held = [_held(metric) for metric in plan.metrics if metric.path is not None]
    if compared is None or None in shared or None in held:
        return None
    told = [*shared, *(one for one in held if isinstance(one, Shared))]
    together = dict.fromkeys([*(one for one in told if one), *(Shared(ref) for ref in sorted(compared, key=str))])
    values = dict.fromkeys(one for one in held if isinstance(one, Measured))
    if len(together) > MAX_SHARED or len(values) > MAX_MEASURED:
        return None
    return SummarySpec(
        application_id=application_id,
        entity_key=plan.entity.key,
        shared=tuple(sorted(together, key=str)),
        measured=tuple(sorted(values, key=str)),
    )


def _shared(group: GroupKey) -> Shared | None:
    path = group.path
    if path.links:
        return _referred(path.links[0])
    if group.bucket is None and path.ref.kind not in _SCALARS:
        return None
    return Shared(path.ref, group.bucket)


def _held(metric: MetricKey) -> Shared | Measured | None:
    """Return what a summary has to hold for a metric; None when it cannot."""
    path = metric.path
    if path is not None and path.links:
        return _referred(path.links[0])
    if path is None or path.ref.column:
        return None
    if metric.op in _EXACT:
        return Measured(path.ref, metric.op != "count")
    return Shared(path.ref) if path.ref.kind in _SCALARS else None


def _referred(link: Link) -> Shared:
    return Shared(ValueRef("plain", link.key))


def _compared(condition: Condition | None) -> set[ValueRef] | None:
    """Return the values of a record that a condition looks at; None when one of them is not shared."""
    if condition is None:
        return set()
    if isinstance(condition, Compare):
        return {condition.ref} if condition.ref.kind in _SCALARS else None
    if isinstance(condition, Not):
        return _compared(condition.part)
    if isinstance(condition, Exists):
        return None if condition.link.many else {_referred(condition.link).ref}
    if not isinstance(condition, AllOf | AnyOf):
        return None
    found: set[ValueRef] = set()
    for part in condition.parts:
        refs = _compared(part)
        if refs is None:
            return None
        found |= refs
    return found


def choose(standing: Iterable[Standing], wanted: SummarySpec | None) -> Standing | None:
    """Return the smallest summary that answers an aggregation."""
    if wanted is None:
        return None
    fitting = [one for one in standing if one.spec.covers(wanted)]
    return min(fitting, key=lambda one: (len(one.spec.shared), len(one.spec.measured)), default=None)


def select_summary(plan: AggregatePlan, standing: Standing, collation: str) -> Statement:
    """Write the statement of an aggregation over a summary.

    Its first row is always there: whether the triggers stood at that moment, and of how many rows the summary is.
    Columns of JSON per member follow, null in a first row that is alone.
    """
    spec = standing.spec
    writer = Writer(spec.application_id, collation)
    where = f"m.application_id = $1 AND m.summary = {literal(spec.name)}"
    groups = [f"{_grouped(writer, group)} AS g{i}" for i, group in enumerate(plan.groups)]
    condition = f" WHERE {writer.condition(plan.condition, 's')}" if plan.condition is not None else ""
    results = [_result(spec, metric, i) for i, metric in enumerate(plan.metrics)]
    looked_up = [f"{_value(writer, m)} AS v{i}" for i, m in enumerate(plan.metrics) if _is_looked_up(m)]
    shown = [f"to_jsonb({shown_group(group, i)}) AS c{i}" for i, group in enumerate(plan.groups)]
    shown += [
        f"to_jsonb({shown_metric(metric, result)}) AS c{len(plan.groups) + i}"
        for i, (metric, result) in enumerate(zip(plan.metrics, results, strict=True))
    ]
    rows = (
        f"SELECT m.shared AS data, sum(m.n) AS n, {_totals(spec, 'm.counts', 'm.sums')} FROM entity_summaries m "
        f"WHERE {where} GROUP BY m.shared HAVING sum(m.n) > 0"
    )
    asked = [*groups, *looked_up, "s.n", "s.counts", "s.sums"]
    text = f"SELECT {', '.join(asked)} FROM ({rows}) s (data, n, counts, sums){condition}"
    conditions = [having(writer, plan, results, one) for one in plan.having]
    order = group_order(writer, plan, results)
    shown.append(f"row_number() OVER ({f'ORDER BY {order}' if order else ''}) AS place")
    text = f"SELECT {', '.join(shown)} FROM ({text}) t"
    if plan.groups:
        text += " GROUP BY " + ", ".join(f"g{i}" for i in range(len(plan.groups)))
    if conditions:
        text += " HAVING " + " AND ".join(conditions)
    text += (f" ORDER BY {order}" if order else "") + f" LIMIT {plan.limit + 1}"
    columns = "".join(f", f.c{i}" for i in range(len(plan.names)))
    return Statement(
        f"SELECT a.ready, a.rows, f.place{columns} FROM (SELECT {_ready(standing)} AS ready, "
        f"(SELECT count(*) FROM entity_summaries m WHERE {where}) AS rows) a LEFT JOIN ({text}) f ON true "
        "ORDER BY f.place",
        tuple(writer.args),
    )


def _ready(standing: Standing) -> str:
    relation = f"{literal(standing.leaf)}::regclass"
    return f"EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = {relation} AND tgname = {literal(standing.trigger)})"


def _grouped(writer: Writer, group: GroupKey) -> str:
    if group.path.links and group.bucket is not None:
        return bucketed(writer, group.path, group.bucket, "s")
    if group.bucket is None:
        return measured(writer, group.path, False, "s")
    return f"(s.data->>{literal(Shared(group.path.ref, group.bucket).member)})::timestamp"


def _is_looked_up(metric: MetricKey) -> bool:
    """Tell whether a metric is taken of values that records share."""
    return metric.path is not None and (bool(metric.path.links) or metric.op not in _EXACT)


def _value(writer: Writer, metric: MetricKey) -> str:
    path = metric.path
    if path is None:
        return "1"
    return measured(writer, path, metric.op != "count" and path.ref.kind in ("number", "version"), "s")


def _result(spec: SummarySpec, metric: MetricKey, at: int) -> str:
    """Write what a metric is of the rows of a group, as it compares."""
    if metric.path is None:
        return "coalesce(sum(n), 0)::bigint"
    if metric.op not in _EXACT:
        return f"{metric.op}(v{at})"
    if metric.path.links:
        count, total = f"sum(n) FILTER (WHERE v{at} IS NOT NULL)", f"sum(n * v{at})"
    else:
        place = spec.measured.index(Measured(metric.path.ref, metric.op != "count")) + 1
        count, total = f"sum(counts[{place}])", f"sum(sums[{place}])"
    if metric.op == "count":
        return f"coalesce({count}, 0)::bigint"
    if metric.op == "avg":
        return f"({total} / nullif({count}, 0))"
    return f"(CASE WHEN {count} > 0 THEN {total} END)"


def _row(spec: SummarySpec, alias: str, sign: str = "") -> tuple[str, str, str]:
    """Write what a record shares, as a JSON object, and two arrays: what is counted and what is summed of it."""
    writer, members = Writer(spec.application_id, "C"), []
    for one in spec.shared:
        members += [literal(one.member), _member(writer, one, alias)]
    values = [measured(writer, Path((), (), one.ref), one.number, alias) for one in spec.measured]
    counts = [f"{sign}(({value}) IS NOT NULL)::int" for value in values]
    sums = [
        f"{sign}coalesce({value}, 0)" if one.number else "0" for one, value in zip(spec.measured, values, strict=True)
    ]
    return (
        f"jsonb_strip_nulls(jsonb_build_object({', '.join(members)}))",
        f"ARRAY[{', '.join(counts)}]::bigint[]",
        f"ARRAY[{', '.join(sums)}]::numeric[]",
    )


def create_function(spec: SummarySpec) -> str:
    """Write the function that its triggers call."""
    steps = []
    for row, other, sign in (("OLD", "INSERT", "-"), ("NEW", "DELETE", "")):
        values = [f"{literal(spec.application_id)}, {literal(spec.name)}", *_row(spec, row, sign)]
        values.insert(2, f"{sign}1")
        steps.append(f"IF TG_OP <> '{other}' THEN INSERT INTO entity_summaries VALUES ({', '.join(values)}); END IF;")
    body = f"BEGIN {' '.join(steps)} RETURN NULL; END"
    return f'CREATE OR REPLACE FUNCTION "{spec.name}"() RETURNS trigger LANGUAGE plpgsql AS {literal(body)}'


def create_triggers(standing: Standing) -> list[str]:
    """Write the triggers that keep a summary; the first is the one by which readers know that they stand."""
    spec = standing.spec
    before, after = (f"ROW({', '.join(_row(spec, row))})" for row in ("OLD", "NEW"))
    found = []
    for event, row, more, ending in (
        ("INSERT", "NEW", "", ""),
        ("UPDATE", "NEW", f" AND {before} IS DISTINCT FROM {after}", "_u"),
        ("DELETE", "OLD", "", "_d"),
    ):
        records = (
            f"{row}.application_id = {literal(spec.application_id)}::uuid "
            f"AND {row}.entity_type = {literal(spec.entity_key)}"
        )
        found.append(
            f'CREATE TRIGGER "{standing.trigger}{ending}" AFTER {event} ON "{standing.leaf}" FOR EACH ROW '
            f'WHEN ({records}{more}) EXECUTE FUNCTION "{spec.name}"()'
        )
    return found


def fill(standing: Standing) -> list[str]:
    """Write the statements that count all records anew, for a transaction that sees one moment.

    What triggers have added by that moment is in the records and goes; what they add later stays. Rows are counted into
    a table of the transaction first, because several processes of the database count for one of these only.
    """
    application, name = literal(standing.spec.application_id), literal(standing.spec.name)
    return [
        f"DELETE FROM entity_summaries WHERE application_id = {application} AND summary = {name}",
        f"CREATE TEMPORARY TABLE tq_counted (shared, n, counts, sums) ON COMMIT DROP AS {_counted(standing)}",
        f"INSERT INTO entity_summaries SELECT {application}::uuid, {name}, * FROM tq_counted",
    ]


def differs(standing: Standing) -> str:
    """Write the statement that tells whether a summary is not what its records come to."""
    spec = standing.spec
    where = f"application_id = {literal(spec.application_id)} AND summary = {literal(spec.name)}"
    kept = (
        f"SELECT shared, sum(n), {_totals(spec, 'counts', 'sums')} FROM entity_summaries WHERE {where} "
        "GROUP BY shared HAVING sum(n) <> 0"
    )
    counted = _counted(standing)
    return f"SELECT EXISTS (({kept} EXCEPT {counted}) UNION ALL ({counted} EXCEPT {kept}))"


def crowded(standing: Standing, rows: int) -> str:
    """Write the statement that tells whether some of the records already come to more rows than that."""
    spec = standing.spec
    some = (
        f'SELECT {_row(spec, "e")[0]} AS g FROM "{standing.leaf}" e '
        f"WHERE e.application_id = {literal(spec.application_id)} AND e.entity_type = {literal(spec.entity_key)} "
        f"LIMIT {rows * _LOOKED_AT}"
    )
    return f"SELECT count(DISTINCT t.g) > {rows} FROM ({some}) t"


def _counted(standing: Standing) -> str:
    """Write the rows that the records of a type come to; an object is made once for all that share its values.

    The table is asked as a whole: of one part of it the planner believes that hardly any records share a value, and
    sorts them all.
    """
    spec, keys = standing.spec, [f"k{i}" for i in range(len(standing.spec.shared))]
    writer = Writer(spec.application_id, "C")
    read = [f"{_member(writer, one, 'e')} AS {key}" for one, key in zip(spec.shared, keys, strict=True)]
    read += [f"{measured(writer, Path((), (), m.ref), m.number, 'e')} AS m{i}" for i, m in enumerate(spec.measured)]
    counts = ", ".join(f"count(m{i})" for i in range(len(spec.measured)))
    sums = ", ".join(f"coalesce(sum(m{i}), 0)" if m.number else "0" for i, m in enumerate(spec.measured))
    records = (
        f"SELECT {', '.join(read) or '1'} FROM entities e WHERE e.application_id = "
        f"{literal(spec.application_id)} AND e.entity_type = {literal(spec.entity_key)}"
    )
    rows = (
        f"SELECT {''.join(f'{key}, ' for key in keys)}count(*) AS n, ARRAY[{counts}]::bigint[] AS c, "
        f"ARRAY[{sums}]::numeric[] AS s FROM ({records}) r GROUP BY {', '.join(keys) or '()'}"
    )
    members = ", ".join(f"{literal(one.member)}, {key}" for one, key in zip(spec.shared, keys, strict=True))
    shared = f"jsonb_strip_nulls(jsonb_build_object({members}))"
    return (
        f"SELECT {shared} AS g, sum(n)::numeric AS n, {_totals(spec, 'c', 's')} FROM ({rows}) t "
        "GROUP BY g HAVING sum(n) > 0"
    )


def _member(writer: Writer, shared: Shared, alias: str) -> str:
    """Write a value that records share, of the record of that alias."""
    if shared.bucket is None:
        return f"{alias}.data->{literal(shared.ref.key)}"
    return bucketed(writer, Path((), (), shared.ref), shared.bucket, alias)


def _totals(spec: SummarySpec, counts: str, sums: str) -> str:
    """Write the sums of two arrays of many rows, place by place."""
    places = range(1, len(spec.measured) + 1)
    counted = ", ".join(f"sum({counts}[{i}])" for i in places)
    summed = ", ".join(f"trim_scale(sum({sums}[{i}]))" for i in places)
    return f"ARRAY[{counted}]::bigint[], ARRAY[{summed}]::numeric[]"


def compaction(spec: SummarySpec) -> str:
    """Write the statement that puts rows of the same values together; nobody sees it half done."""
    application, name = literal(spec.application_id), literal(spec.name)
    return (
        f"WITH gone AS (DELETE FROM entity_summaries WHERE application_id = {application} AND summary = {name} "
        "RETURNING shared, n, counts, sums) "
        f"INSERT INTO entity_summaries SELECT {application}::uuid, {name}, shared, sum(n), "
        f"{_totals(spec, 'counts', 'sums')} FROM gone GROUP BY shared HAVING sum(n) <> 0"
    )
