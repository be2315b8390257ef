"""What of a record goes into a file, and how it looks there."""

from collections.abc import Mapping, Sequence
from typing import Any

from torque import codec
from torque.entity.encode import Encoder
from torque.entity.exchange import many
from torque.entity.exchange.keyed import Keyed, Links
from torque.entity.types import Row
from torque.model.compile import CompiledEntity


class Shape:
    """What of a record is written.

    Parameters
    ----------
    answered
        Names of the fields the caller may see; None means all.
    keyed
        References that are written by key; `known` holds the keys by id, of as many records as are being written.
    links
        Many-to-many links; `linked` holds whom each record of the batch is linked to, by column.
    """

    def __init__(
        self, entity: CompiledEntity, answered: frozenset[str] | None, keyed: Sequence[Keyed] = (),
        links: Sequence[Links] = (),
    ) -> None:  # fmt: skip
        self.keyed = keyed
        self.links = links
        self.linked: Mapping[str, Mapping[str, Sequence[str]]] = {}
        self.known: Mapping[str, Any] = {}
        self.entity = entity
        self.answered = answered
        self._encoder = Encoder()
        fields = [n for n, f in entity.fields.items() if not f.system and (answered is None or n in answered)]
        self._json_fields = frozenset(name for name in fields if entity.fields[name].type_name == "Json")
        columns = {one.field.name: one.column for one in keyed}
        listed = [columns.get(name, name) for name in fields]
        self.columns: Sequence[str] = (
            "id",
            *listed,
            *(one.column for one in links),
            "created_at",
            "updated_at",
            "version",
        )

    def json(self, row: Row) -> bytes:
        """Return a record as JSON."""
        if self.keyed or self.links:
            return codec.dumps(self._record(row))
        return self._encoder.record(self.entity, row, self.answered)

    def _record(self, row: Row) -> dict[str, Any]:
        record = self._encoder.plain(self.entity, row, self.answered)
        for one in self.keyed:
            one.put(record, self.known)
        for links in self.links:
            ids = self.linked.get(links.column, {}).get(record["id"], ())
            record[links.column] = [self.known.get(item, item) for item in ids] if links.key else list(ids)
        return record

    def cells(self, row: Row) -> list[Any]:
        """Return a record by column; links between semicolons, lists and what is JSON as JSON text."""
        record = self._record(row)
        for links in self.links:
            record[links.column] = many.join(record[links.column])
        found = []
        for name in self.columns:
            value = record.get(name)
            as_json = isinstance(value, list | dict) or (isinstance(value, str) and name in self._json_fields)
            found.append(codec.dumps(value).decode() if as_json else value)
        return found
