"""Say an aggregation in SQL: one inner row per record with its groups and values, grouped outside.

Numbers are summed as `numeric`, exactly; an average is the nearest double. A value of another type that an older
model left behind counts as missing.
"""

from torque.entity.query.aggregate import AggregatePlan, GroupKey, HavingKey, MetricKey, Path
from torque.entity.query.links_sql import behind, literal
from torque.entity.query.sql import TIME, Statement
from torque.entity.query.writer import Writer

_SYMBOLS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def select_aggregate(
    plan: AggregatePlan, application_id: str, collation: str, indexed: frozenset[str] | None = None
) -> Statement:
    """Write the statement of an aggregation: a column of JSON per member, groups first; one row more than asked for."""
    writer = Writer(application_id, collation, indexed)
    if plan.kept:
        return _kept(writer, plan)
    if _at_an_end(writer, plan):
        return _ends(writer, plan)
    columns = [f"{_group(writer, group)} AS g{i}" for i, group in enumerate(plan.groups)]
    columns += [f"{_input(writer, m)} AS v{i}" for i, m in enumerate(plan.metrics) if m.path is not None]
    where = writer.records_of(plan.entity.key)
    if plan.condition is not None:
        where += f" AND {writer.condition(plan.condition, 'e')}"
    results = [_result(metric, i) for i, metric in enumerate(plan.metrics)]
    shown = [f"to_jsonb({shown_group(group, i)})" for i, group in enumerate(plan.groups)]
    shown += [f"to_jsonb({shown_metric(metric, result)})" for metric, result in zip(plan.metrics, results, strict=True)]
    text = f"SELECT {', '.join(shown)} FROM (SELECT {', '.join(columns) or '1'} FROM entities e WHERE {where}) t"
    if plan.groups:
        text += " GROUP BY " + ", ".join(f"g{i}" for i in range(len(plan.groups)))
    conditions = [having(writer, plan, results, one) for one in plan.having]
    if conditions:
        text += " HAVING " + " AND ".join(conditions)
    order = group_order(writer, plan, results)
    return Statement(text + (f" ORDER BY {order}" if order else "") + f" LIMIT {plan.limit + 1}", tuple(writer.args))


def _kept(writer: Writer, plan: AggregatePlan) -> Statement:
    """Answer counts of all records from the counts that are kept."""
    count = (
        "SELECT coalesce(sum(n), 0)::bigint AS n FROM entity_counts "
        f"WHERE application_id = $1 AND entity_type = {writer.argument(plan.entity.key)}"
    )
    conditions = [f"c.n {_SYMBOLS[h.op]} {writer.argument(h.value)}::text::numeric" for h in plan.having]
    shown = ", ".join("to_jsonb(c.n)" for _ in plan.metrics)
    text = f"SELECT {shown} FROM ({count}) c" + (" WHERE " + " AND ".join(conditions) if conditions else "")
    return Statement(text, tuple(writer.args))


def _at_an_end(writer: Writer, plan: AggregatePlan) -> bool:
    """Tell whether all that is asked for are least and greatest numbers that indexes of the type's own hold."""
    ends = [m.path.ref for m in plan.metrics if m.op in ("min", "max") and m.path is not None and not m.path.links]
    whole = plan.condition is None and not plan.groups and len(ends) == len(plan.metrics)
    return whole and all(ref.kind == "number" and ref.key in (writer.indexed or ()) for ref in ends)


def _ends(writer: Writer, plan: AggregatePlan) -> Statement:
    """Read the least and the greatest numbers at the ends of indexes, past values of other types."""
    records, columns = writer.records_of(plan.entity.key), []
    for at, metric in enumerate(plan.metrics):
        value = writer.value(metric.path.ref, "e") if metric.path is not None else ""
        numbers = f"{value} >= '-1e400'::jsonb AND {value} < 'false'::jsonb"  # as jsonb is ordered
        direction = "DESC" if metric.op == "max" else "ASC"
        found = f"SELECT {value}::numeric FROM entities e WHERE {records} AND {numbers}"
        columns.append(f"({found} ORDER BY {value} {direction} LIMIT 1) AS v{at}")
    results = [f"v{at}" for at in range(len(columns))]
    shown = ", ".join(f"to_jsonb(trim_scale({result}))" for result in results)
    conditions = [having(writer, plan, results, one) for one in plan.having]
    text = f"SELECT {shown} FROM (SELECT {', '.join(columns)}) t"
    return Statement(text + (" WHERE " + " AND ".join(conditions) if conditions else ""), tuple(writer.args))


def _scalar(writer: Writer, path: Path, form: str, alias: str = "e", at: int = 0) -> str:
    """Write a value behind the links of a path; `form` says how the value itself is written."""
    if at == len(path.links):
        return _leaf(writer, path, form, alias)
    inner = writer.inner()
    source = behind(writer, path.links[at], alias, inner)
    guard = path.guards[at]
    if guard is not None:
        source += f" AND {writer.condition(guard, inner)}"
    return f"(SELECT {_scalar(writer, path, form, inner, at + 1)} {source})"


def _leaf(writer: Writer, path: Path, form: str, alias: str) -> str:
    ref = path.ref
    if form == "number" and not ref.column:
        member = f"{alias}.data->{literal(ref.key)}"
        return f"CASE WHEN jsonb_typeof({member}) = 'number' THEN ({member})::numeric END"
    if form == "number":
        return f"{alias}.{ref.key}::numeric"
    if form == "moment" and not ref.column:
        text = f"({alias}.data->>{literal(ref.key)})"
        return f"CASE WHEN {text} ~ '^\\d{{4}}-\\d\\d-\\d\\d' THEN rtrim({text}, 'Z')::timestamp END"
    if form == "moment":
        return f"({alias}.{ref.key} AT TIME ZONE 'UTC')"
    return writer.value(ref, alias)


def _group(writer: Writer, group: GroupKey) -> str:
    if group.bucket is None:
        return _scalar(writer, group.path, "value")
    return bucketed(writer, group.path, group.bucket, "e")


def bucketed(writer: Writer, path: Path, bucket: str, alias: str) -> str:
    """Write the start of the span that a time lies in."""
    return f"date_trunc('{bucket}', {_scalar(writer, path, 'moment', alias)})"


def measured(writer: Writer, path: Path, number: bool, alias: str) -> str:
    """Write a value as it is counted, or, a number, as it is summed."""
    return _scalar(writer, path, "number" if number else "value", alias)


def having(writer: Writer, plan: AggregatePlan, results: list[str], one: HavingKey) -> str:
    """Write a condition on a metric."""
    return f"{results[one.metric]} {_SYMBOLS[one.op]} {_constant(writer, plan.metrics[one.metric], one.value)}"


def shown_group(group: GroupKey, at: int) -> str:
    """Write a group as it is answered."""
    if group.bucket is not None and group.dated:
        return f"to_char(g{at}, 'YYYY-MM-DD')"
    if group.bucket is not None:
        return f"""to_char(g{at}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    return TIME.format(f"g{at}") if group.path.ref.kind == "time" else f"g{at}"


def _input(writer: Writer, metric: MetricKey) -> str:
    path = metric.path
    if path is None:
        return "1"
    return measured(writer, path, metric.op != "count" and path.ref.kind in ("number", "version"), "e")


def _result(metric: MetricKey, at: int) -> str:
    """Write what a metric is of a group, as it compares."""
    if metric.path is None:
        return "count(*)"
    return f"{metric.op}(v{at})"


def shown_metric(metric: MetricKey, result: str) -> str:
    """Write a metric as it is answered."""
    if metric.op == "count" or metric.path is None:
        return result
    if metric.op == "avg":
        return f"CASE WHEN abs({result}) < 3e-324 THEN 0 ELSE {result}::float8 END"  # below, a cast fails
    if metric.path.ref.kind in ("number", "version"):
        return f"trim_scale({result})"
    return TIME.format(result) if metric.path.ref.kind == "time" else result


def _constant(writer: Writer, metric: MetricKey, value: str) -> str:
    placeholder = f"{writer.argument(value)}::text"
    if metric.op == "count" or metric.path is None or metric.path.ref.kind in ("number", "version"):
        return f"{placeholder}::numeric"
    return f"{placeholder}::timestamptz" if metric.path.ref.kind == "time" else placeholder


def group_order(writer: Writer, plan: AggregatePlan, results: list[str]) -> str:
    """Write the order: text groups by lower case first, as lists do; what is missing comes last."""
    groups = {group.name: (i, group) for i, group in enumerate(plan.groups)}
    metrics = {metric.name: results[i] for i, metric in enumerate(plan.metrics)}
    keys = []
    for name, descending in plan.order:
        direction = " DESC NULLS LAST" if descending else " ASC NULLS LAST"
        if name in metrics:
            keys.append(metrics[name] + direction)
            continue
        at, group = groups[name]
        if group.path.ref.kind == "text":
            keys.append(writer.folded(f"g{at}") + direction)
        keys.append(f"g{at}{direction}")
    return ", ".join(keys)
