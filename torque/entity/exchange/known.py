"""By what records are known besides their ids: a unique field, and how its values stand in the table of keys. Pure."""

from typing import Any

from torque import codec
from torque.access.types import Rights
from torque.entity.exchange.coerce import Misfit, coercer
from torque.model.compile import CompiledEntity, CompiledField, CompiledModel
from torque.model.definition.base import fragment
from torque.model.infer.text import PLAIN, Style
from torque.native import Validator

_KEPT = 200_000


class KeyOf:
    """A unique field by which records are known: values become what the table of keys holds.

    Parameters
    ----------
    said
        True when it was asked for; then a value that looks like an id is a key all the same.
    """

    def __init__(self, entity: CompiledEntity, field: CompiledField, rule_id: str, style: Style, said: bool) -> None:
        self.entity = entity
        self.field = field
        self.rule_id = rule_id
        self.said = said
        self.found: dict[Any, str] = {}
        self._coerce = coercer(field, style)
        spec = {
            "name": field.name, "key": field.key, "type": fragment(field.definition.field_type), "required": False,
            "unique_id": rule_id, "default": None, "read_only": False, "system": False, "link_key": None, "rules": [],
        }  # fmt: skip
        self._validator = Validator(codec.dumps({"fields": [spec], "unique": []}))

    def text(self, cell: Any) -> str | None:
        """Return how the table of keys writes a value; None for what can be no key."""
        try:
            value = self._coerce(cell)
            prepared = self._validator.create(codec.dumps({self.field.name: value}), "")
        except (Misfit, TypeError):
            return None
        keys = prepared.keys if not prepared.errors else []
        return keys[0][1] if keys else None

    def remember(self, cell: Any, record_id: str) -> None:
        """Keep what was looked up, as long as there is room."""
        if len(self.found) >= _KEPT:
            self.found.clear()
        self.found[cell] = record_id


def key_of(model: CompiledModel, rights: Rights, target: str, name: str = "", style: Style = PLAIN) -> KeyOf | None:
    """Return by what the records of an entity are known: the unique field that was named, else the first one.

    A caller who may not read all of an entity could find out its values by asking; so there is none for them.
    """
    entity = model.entities[target]
    granted = rights.entity(target)
    if not granted.read or granted.where is not None:
        return None
    for rule in entity.uniques:
        field = entity.fields[rule.fields[0]]
        plain = len(rule.fields) == 1 and field.target is None and field.name not in granted.hidden
        if plain and name in ("", field.name):
            return KeyOf(entity, field, rule.id, style, bool(name))
    return None
