"""Compile one entity: fields, uniqueness, validator, row mapping and the links that point to it."""

from typing import Any

import msgspec

from torque import codec
from torque.model.compiled import CompiledEntity, CompiledField, InboundLink, UniqueRule
from torque.model.definition.base import SYSTEM_TIMES, fragment, readable
from torque.model.definition.config import PerformanceConfig
from torque.model.definition.entity import Entity
from torque.model.definition.field import Field, Rule
from torque.model.definition.field_type import (
    ArrayType,
    DateTimeType,
    StringType,
    file_type,
    reference_target,
    type_name,
)
from torque.model.definition.model import Model
from torque.model.definition.relationship import Relationship
from torque.model.derive import field_label, is_hidden, label_of
from torque.native import RowMap, Validator

TITLE_NAMES = ("name", "title", "label")
NEEDS_VALUE = frozenset({"MinLength", "MaxLength", "Pattern", "Range"})


def compile_entity(entity: Entity, links: "Links", performance: PerformanceConfig | None) -> CompiledEntity:
    """Return the compiled form of one entity."""
    uniques = unique_rules(entity, links.unique_fields(entity.name))
    lost = links.lost_fields(entity)
    single = {rule.fields[0]: rule.id for rule in uniques if len(rule.fields) == 1}
    listed = (*entity.fields, *_unlisted_times(entity))
    fields = {f.name: _field(f, single.get(f.name), gone=f.name in lost) for f in listed}
    stored = [field for field in fields.values() if not field.system]
    behavior = entity.behavior
    auditing = behavior.auditing if behavior else None
    view = entity.ui_config.list_view if entity.ui_config else None
    return CompiledEntity(
        name=entity.name,
        key=entity.storage_key,
        display_name=label_of(entity),
        icon=entity.ui_config.icon if entity.ui_config else None,
        definition=entity,
        fields=fields,
        fields_by_key={field.key: field for field in fields.values()},
        references=tuple(field for field in stored if field.target is not None),
        files=tuple(field for field in stored if file_type(field.definition.field_type) is not None),
        uniques=uniques,
        title_field=title_field(entity),
        search_fields=tuple(f.name for f in stored if f.type_name == "String"),
        audited=auditing.enabled if auditing else True,
        track_access=auditing.track_access if auditing else False,
        cache_ttl=_cache_ttl(entity, performance),
        plain=not entity.retired_keys and all(field.key == field.name for field in stored),
        validator=Validator(validator_spec(entity, fields, uniques)),
        row_map=RowMap([(field.key, field.name) for field in stored]),
        inbound=tuple(links.inbound.get(entity.name, ())),
        default_sort=view.default_sort if view else None,
    )


def _unlisted_times(entity: Entity) -> tuple[Field, ...]:
    missing = (name for name in SYSTEM_TIMES if entity.field(name) is None)
    return tuple(Field(id=n, name=n, display_name=readable(n), field_type=DateTimeType()) for n in missing)


def _field(field: Field, unique_id: str | None, *, gone: bool = False) -> CompiledField:
    """Return a field compiled; a reference whose entity is gone keeps its values and takes no others."""
    target = None if gone else reference_target(field.field_type)
    system = field.name in SYSTEM_TIMES
    demanded = field.required or any(r.type == "Required" and _refuses(r) for r in field.validation)
    return CompiledField(
        name=field.name,
        key=field.storage_key,
        id=field.id,
        display_name=field_label(field),
        type_name=type_name(field.field_type),
        definition=field,
        target=target,
        is_array=isinstance(field.field_type, ArrayType),
        link_key=field.id if target is not None and not system else None,
        required=demanded and not (system or gone),
        unique=unique_id is not None,
        unique_id=unique_id,
        read_only=system or gone or field.computed is not None,
        system=system,
    )


def _refuses(rule: Rule) -> bool:
    return rule.severity in (None, "Error")


def title_field(entity: Entity) -> str | None:
    """Return the field that stands for a record where one line must do."""
    chosen = entity.ui_config.title_field if entity.ui_config else None
    names = {field.name for field in entity.fields}
    if chosen in names:
        return chosen
    common = next((name for name in TITLE_NAMES if name in names), None)
    texts = (f.name for f in entity.fields if isinstance(f.field_type, StringType) and not is_hidden(f))
    return common or next(texts, None)


def unique_rules(entity: Entity, also: frozenset[str] = frozenset()) -> tuple[UniqueRule, ...]:
    """Return what must be unique: fields, groups of fields of constraints and unique indexes, each once."""
    by_name = {field.name: field for field in entity.fields if field.name not in SYSTEM_TIMES}
    groups: dict[tuple[str, ...], str | None] = {}
    for constraint in entity.constraints:
        if constraint.type in ("UniqueKey", "PrimaryKey"):
            groups.setdefault(constraint.fields, constraint.message)
    for index in entity.indexes:
        if index.unique:
            groups.setdefault(index.fields, None)
    for field in entity.fields:
        if field.unique or field.name in also:
            groups.setdefault((field.name,), None)
    return tuple(
        UniqueRule(
            id="+".join(sorted(by_name[name].id for name in names)),
            fields=names,
            message=message or f"{' and '.join(field_label(by_name[name]) for name in names)} must be unique",
        )
        for names, message in groups.items()
        if names and all(name in by_name for name in names)
    )


def link_field(model: Model, relationship: Relationship) -> tuple[str, str] | None:
    """Return (entity, field) of the Reference field that a relationship is about, or None if there is none."""
    if relationship.type == "ManyToMany":
        return None
    ends = (
        (relationship.from_entity, relationship.from_field, relationship.to_entity),
        (relationship.to_entity, relationship.to_field, relationship.from_entity),
    )
    for owner, name, target in ends:
        entity = model.entity(owner)
        field = entity.field(name) if entity and name else None
        if field is not None and reference_target(field.field_type) == target:
            return owner, field.name
    return None


class Links:
    """What a model's relationships and references say, looked up once for all its entities."""

    def __init__(self, model: Model) -> None:
        about = [(r, link_field(model, r)) for r in model.relationships]
        cascades = {link: r.cascade or "None" for r, link in about if link is not None}
        self.unique = {link for r, link in about if r.type == "OneToOne" and link is not None}
        self.inbound: dict[str, list[InboundLink]] = {}
        self._entities = {entity.name for entity in model.entities}
        for entity in model.entities:
            for field in entity.fields:
                target = reference_target(field.field_type)
                if target is None:
                    continue
                cascade = _effective(cascades.get((entity.name, field.name), "None"), field)
                link = InboundLink(entity=entity.name, field=field.name, link_key=field.id, cascade=cascade)
                self.inbound.setdefault(target, []).append(link)

    def lost_fields(self, entity: Entity) -> frozenset[str]:
        """Return the references of an entity to one that the model does not have."""
        targets = {field.name: reference_target(field.field_type) for field in entity.fields}
        return frozenset(name for name, target in targets.items() if target not in (None, *self._entities))

    def unique_fields(self, entity: str) -> frozenset[str]:
        """Return the fields of an entity that a one-to-one relationship makes unique."""
        return frozenset(name for owner, name in self.unique if owner == entity)


def _effective(cascade: str, field: Field) -> str:
    # A required field cannot be emptied; refusing is what keeps every record valid.
    return "Restrict" if cascade == "SetNull" and field.required else cascade


def _cache_ttl(entity: Entity, performance: PerformanceConfig | None) -> float | None:
    if performance is not None and not performance.caching_enabled:
        return 0.0
    caching = entity.behavior.caching if entity.behavior else None
    if caching is not None and not caching.enabled:
        return 0.0
    if caching is not None and caching.ttl_seconds is not None:
        return float(caching.ttl_seconds)
    ttl = performance.cache_ttl_seconds if performance else None
    return None if ttl is None else float(ttl)


def validator_spec(entity: Entity, fields: dict[str, CompiledField], uniques: tuple[UniqueRule, ...]) -> bytes:
    """Return what the native validator of an entity is made from."""
    groups = [rule for rule in uniques if len(rule.fields) > 1]
    return codec.dumps(
        {
            "fields": [_field_spec(field) for field in fields.values()],
            "unique": [
                {"id": rule.id, "fields": [fields[name].key for name in rule.fields], "message": rule.message}
                for rule in groups
            ],
            "checks": [
                {
                    "name": check.name, "expression": check.expression, "message": check.message,
                    "field": next(iter(check.fields), None),
                }
                for check in entity.constraints
                if check.type == "Check" and check.expression is not None
            ],
        }
    )  # fmt: skip


def left_out(field: Field) -> list[str]:
    """Return why the validator leaves out rules of a field or its default, which it does silently."""
    alone = msgspec.structs.replace(field, computed=None)
    spec = codec.dumps({"fields": [_field_spec(_field(alone, None))], "unique": []})
    return [problem["message"] for problem in Validator(spec).problems]


def _field_spec(field: CompiledField) -> dict[str, Any]:
    definition = field.definition
    rules = [r for r in definition.validation if r.value is not None or r.type not in NEEDS_VALUE]
    return {
        "name": field.name,
        "key": field.key,
        "type": fragment(definition.field_type),
        "required": field.required,
        "unique_id": field.unique_id,
        "default": definition.default_value,
        "read_only": field.read_only,
        "system": field.system,
        "link_key": field.link_key,
        "computed": definition.computed,
        "rules": [_rule_spec(rule) for rule in rules],
    }


def _rule_spec(rule: Rule) -> dict[str, Any]:
    return {"type": rule.type, "value": rule.value, "message": rule.message, "severity": rule.severity or "Error"}
