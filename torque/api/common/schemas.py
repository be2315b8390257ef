"""The JSON Schema of an entity's records, as far as a caller may see and set them. Pure."""

from typing import Any

from torque.access.types import EntityRights, Rights
from torque.entity.ends import many_of
from torque.model.compile import CompiledEntity, CompiledField, CompiledModel
from torque.model.context import FUNCTION_DEFAULTS, checks_of
from torque.model.definition.field_type import (
    ArrayType,
    BinaryType,
    BooleanType,
    DateTimeType,
    DateType,
    DecimalType,
    EnumType,
    FieldType,
    FloatType,
    IntegerType,
    JsonType,
    ReferenceType,
    StringType,
    TimeType,
)

Schema = dict[str, Any]


FILE: Schema = {
    "type": "object",
    "description": "A file. Upload it over REST, then give its id; the server knows the rest.",
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "type": {"type": "string", "description": "Media type, as the content shows it."},
        "size": {"type": "integer", "description": "Bytes."},
    },
    "required": ["id"],
}
"""Schema of a value of a Binary field."""


def entity_schema(model: CompiledModel, entity: CompiledEntity, granted: Rights) -> Schema:
    """Return the schema of `data` in create_entity, with what is read-only marked."""
    rights = granted.entity(entity.name)
    links = {name: end for name, end in many_of(model, entity.name).items() if granted.entity(end.other).read}
    fields = [field for field in entity.fields.values() if field.name not in rights.hidden]
    required = [f.name for f in fields if f.required and not f.read_only and f.definition.default_value is None]
    schema: Schema = {
        "type": "object",
        "title": entity.display_name,
        "properties": {
            **{field.name: _field(field, rights) for field in fields},
            **{name: _links(end.other) for name, end in links.items()},
        },
        "additionalProperties": False,
    }
    if entity.definition.description:
        schema["description"] = entity.definition.description
    if required:
        schema["required"] = required
    return schema


def settable(data: Schema) -> Schema:
    """Return the schema of data without what only the server sets."""
    kept = {name: part for name, part in data["properties"].items() if not part.get("readOnly")}
    return {**data, "properties": kept}


def changing(data: Schema) -> Schema:
    """Return the schema of a change: any members of data that can be set, and null to clear them."""
    parts = {name: {"anyOf": [part, {"type": "null"}]} for name, part in settable(data)["properties"].items()}
    return {"type": "object", "properties": parts, "additionalProperties": False}


def _links(other: str) -> Schema:
    return {"type": "array", "items": {"type": "string"}, "description": f"Ids of records of {other}: all its links."}


def _field(field: CompiledField, rights: EntityRights) -> Schema:
    schema = {"title": field.display_name, **_type(field.definition.field_type)}
    if field.read_only or field.system or field.name in rights.read_only:
        schema["readOnly"] = True
    if field.unique:
        schema["description"] = "Unique."
    default = field.definition.default_value
    if isinstance(default, str) and default in FUNCTION_DEFAULTS:
        schema["description"] = f"The server sets {default} when it is absent."
    elif default is not None:
        schema["default"] = default
    checks = checks_of(field.definition)  # of the rules, those that refuse
    many = "Items" if schema.get("type") == "array" else "Length"
    schema.update(_set(**{f"min{many}": checks.get("minLength"), f"max{many}": checks.get("maxLength")}))
    each = schema
    if "items" in schema:  # lengths count elements, all else holds for each of them
        each = schema["items"] = {**schema["items"]}
    ends = {word: checks.get(name) for name, word in (("min", "minimum"), ("max", "maximum"))}
    each.update(_set(**{word: end for word, end in ends.items() if isinstance(end, int | float)}))
    kinds = {"email": "email", "url": "uri"}
    each.update(_set(pattern=checks.get("pattern"), format=next((kinds[one] for one in kinds if one in checks), None)))
    return schema


def _type(kind: FieldType) -> Schema:
    match kind:
        case StringType():
            return {"type": "string", **_set(maxLength=kind.max_length)}
        case IntegerType():
            return {"type": "integer", **_set(minimum=kind.min, maximum=kind.max)}
        case DecimalType() | FloatType():
            return {"type": "number", **_set(minimum=kind.min, maximum=kind.max)}
        case BooleanType():
            return {"type": "boolean"}
        case DateTimeType():
            return {"type": "string", "format": "date-time"}
        case DateType():
            return {"type": "string", "format": "date"}
        case TimeType():
            return {"type": "string", "description": "HH:MM:SS"}
        case BinaryType():
            return FILE
        case EnumType():
            return {"type": "string", "enum": [option.value for option in kind.options()]}
        case ReferenceType():
            return {"type": "string", "description": f"Id of a record of {kind.entity}."}
        case ArrayType():
            return {"type": "array", "items": _type(kind.element_type)}
        case JsonType():
            return {}


def _set(**members: Any) -> Schema:
    return {key: value for key, value in members.items() if value is not None}
