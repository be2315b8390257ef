"""Shapes of questions: what one compares, sorts, groups and sums, without the values. Pure."""

import msgspec

from torque.entity.query.aggregate import AggregatePlan
from torque.entity.tuning.indexing import IndexSpec, spec_of_list
from torque.entity.tuning.summaries import Standing, SummarySpec
from torque.entity.types import AllOf, AnyOf, Compare, Condition, Exists, ListPlan, Not, Search, ValueRef
from torque.model.compile import CompiledEntity


class Known(msgspec.Struct, frozen=True):
    """What upkeep wrote down: large types by application, and the summaries that stand."""

    large: dict[str, tuple[str, ...]] = {}
    standing: tuple[Standing, ...] = ()


class ListShape(msgspec.Struct, frozen=True):
    """What a list compares for equality, compares otherwise, and sorts by, under storage keys."""

    equal: tuple[str, ...]
    compared: tuple[str, ...]
    sort: tuple[tuple[str, bool], ...]
    search: bool

    def index(self, application_id: str, entity: CompiledEntity) -> IndexSpec | None:
        """Return the index that answers such lists; None when none can."""
        return None if self.search else spec_of_list(application_id, entity, self.equal, self.sort)


class AggregateShape(msgspec.Struct, frozen=True):
    """What an aggregation groups and measures; the summary that would answer it, if one can."""

    groups: tuple[str, ...]
    metrics: tuple[str, ...]
    compared: tuple[str, ...]
    summary: SummarySpec | None


def shape_of_list(plan: ListPlan) -> ListShape:
    """Return the shape of a list."""
    equal, compared = _looked_at(plan.condition, "")
    sort = tuple((_path(key.link.key if key.link else "", key.ref), key.descending) for key in plan.order)
    return ListShape(tuple(sorted(equal)), tuple(sorted(compared - equal)), sort, _searches(plan.condition))


def shape_of_aggregate(plan: AggregatePlan, summary: SummarySpec | None) -> AggregateShape:
    """Return the shape of an aggregation."""
    groups = tuple(group.name + (f" by {group.bucket}" if group.bucket else "") for group in plan.groups)
    metrics = tuple(
        f"{m.op} {'.'.join([*(link.key for link in m.path.links), m.path.ref.key])}" if m.path else m.op
        for m in plan.metrics
    )
    equal, compared = _looked_at(plan.condition, "")
    return AggregateShape(groups, metrics, tuple(sorted(equal | compared)), summary)


def _looked_at(condition: Condition | None, before: str) -> tuple[set[str], set[str]]:
    """Return what a condition compares for equality in every case, and what otherwise."""
    if isinstance(condition, Compare):
        found = {_path(before, condition.ref)}
        return (found, set()) if condition.op == "eq" else (set(), found)
    if isinstance(condition, Exists):
        equal, compared = _looked_at(condition.part, f"{before}{condition.link.key or condition.link.link_key}.")
        return set(), equal | compared
    if isinstance(condition, AllOf):
        both = [_looked_at(part, before) for part in condition.parts]
        return set().union(*(one for one, _ in both)), set().union(*(one for _, one in both))
    if isinstance(condition, Not):
        return set(), set().union(*_looked_at(condition.part, before))
    if isinstance(condition, AnyOf):
        return set(), set().union(*(side for part in condition.parts for side in _looked_at(part, before)))
    return set(), set()


def _path(before: str, ref: ValueRef) -> str:
    return before + ("." if before and not before.endswith(".") else "") + (ref.key or ref.kind)


def _searches(condition: Condition | None) -> bool:
    if isinstance(condition, AllOf | AnyOf):
        return any(_searches(part) for part in condition.parts)
    return isinstance(condition, Search)
