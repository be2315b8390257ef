"""What lists mean, in plain Python: the evaluator that planned SQL is compared with."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Record = Mapping[str, Any]

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
}


class Reference:
    """Records in memory; `customers` are what `customer_id` leads to."""

    def __init__(self, records: Sequence[Record], customers: Mapping[str, Record]) -> None:
        self.records = records
        self.customers = customers

    def value(self, record: Record, path: str) -> Any:
        """Return the value a path leads to; None for a missing one."""
        first, _, rest = path.partition(".")
        if not rest:
            return record.get(first)
        target = self.customers.get(record.get(first, ""))
        return self.value(target, rest) if target else None

    def holds(self, record: Record, filters: Record) -> bool:
        """Tell whether a record fulfils a filter object."""
        for name, value in filters.items():
            if name == "and":
                found = all(self.holds(record, item) for item in value)
            elif name == "or":
                found = any(self.holds(record, item) for item in value)
            elif name == "not":
                found = not self.holds(record, value)
            else:
                operators = value if isinstance(value, dict) else {"eq": value}
                found = all(self.compares(self.value(record, name), op, item) for op, item in operators.items())
            if not found:
                return False
        return True

    def compares(self, value: Any, op: str, operand: Any) -> bool:
        """Tell whether a value compares; what is missing fulfils only what is negative."""
        match op:
            case "ne":
                return not self.compares(value, "eq", operand)
            case "nin":
                return value not in operand
            case "is_null":
                return (value is None) == operand
            case "eq":
                return bool(value == operand)
            case "in":
                return value in operand
            case "between":
                return value is not None and operand[0] <= value <= operand[1]
            case "contains" if isinstance(value, list):
                return operand in value
            case "contains":
                return value is not None and operand.lower() in value.lower()
            case "starts_with":
                return value is not None and value.lower().startswith(operand.lower())
            case "ends_with":
                return value is not None and value.lower().endswith(operand.lower())
        return value is not None and _ORDER[op](value, operand)

    def searched(self, record: Record, text: str, fields: Sequence[str]) -> bool:
        """Tell whether every word occurs in one of the fields."""
        return all(any(word.lower() in str(record.get(f) or "").lower() for f in fields) for word in text.split())

    def select(self, filters: Record, sorts: Sequence[tuple[str, bool]], text: str, fields: Sequence[str]) -> list[str]:
        """Return the ids of a list in order; missing values last, then the id in the last key's direction."""
        found = [r for r in self.records if self.holds(r, filters) and self.searched(r, text, fields)]
        found.sort(key=lambda record: record["id"], reverse=sorts[-1][1])
        for path, descending in reversed(sorts):
            present = [record for record in found if self.value(record, path) is not None]
            missing = [record for record in found if self.value(record, path) is None]
            present.sort(key=lambda record, path=path: _folded(self.value(record, path)), reverse=descending)
            found = present + missing
        return [record["id"] for record in found]


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value
