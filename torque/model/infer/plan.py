"""What inference decided about a table, as data: for the model, and for whoever loads the records."""

import msgspec

from torque.model.infer.profile import Column, TableProfile
from torque.model.infer.references import Link
from torque.model.infer.text import Style

RECORD_ID = "id"
"""The field that stands for the record's own id."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A table with its key and references decided.

    Parameters
    ----------
    referred
        Names of the columns that other tables refer to.
    """

    table: TableProfile
    key: tuple[Column, ...]
    links: tuple[Link, ...]
    referred: frozenset[str] = frozenset()

    @property
    def is_join(self) -> bool:
        """True for a table that does nothing but link others."""
        linked = {link.column.name for link in self.links}
        return len(self.links) > 1 and all(column.name in linked for column in self.table.columns)

    def link(self, column: Column) -> Link | None:
        """Return the reference that a column is, if it is one."""
        return next((link for link in self.links if link.column is column), None)


class TablePlan(msgspec.Struct, frozen=True, kw_only=True):
    """How the rows of a table become records.

    Parameters
    ----------
    columns
        Column to field; the field `id` is the record's own id.
    keys
        Reference field to the field of its target whose values the column holds.
    styles
        Column to what its text leaves open, where that is not the usual.
    """

    table: str
    entity: str
    rows: int
    columns: dict[str, str]
    keys: dict[str, str]
    styles: dict[str, Style]
    primary_key: tuple[str, ...]
