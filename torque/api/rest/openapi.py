"""The description of REST as OpenAPI 3.1: of any application, and of one as its caller sees it. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from torque import codec
from torque.access.types import EntityRights, Rights
from torque.api.common.release import release
from torque.api.common.schemas import changing, entity_schema, settable
from torque.api.rest.call import Verb
from torque.api.rest.request import PREFIX
from torque.api.rest.shapes import ANSWERS, HEADERS, OTHER_ANSWERS, PARAMETERS, PLACES, SCHEMAS, TABLES
from torque.api.rest.table import VERBS
from torque.application.types import RunningApplication
from torque.model.compile import CompiledEntity

PATH = "/api/openapi.json"
Json = dict[str, Any]
_FAILURE: Json = {
    "description": "A failure, with its code.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}


def general() -> bytes:
    """Return the description of every verb, for any application and entity."""
    paths: Json = {}
    for verb in VERBS:
        path = PREFIX + "{application}/" + "/".join(verb.path)
        names = ["application", *_variables(verb)]
        paths.setdefault(path, {})[verb.method.lower()] = _operation(verb, verb.name, names, "Records", None)
    schemas = {**SCHEMAS, "Record": _record({}), "Data": {"type": "object"}, **_bodies()}
    return _document("Torque", "Records of any application. Each application describes itself, too, at "
                     f"{PREFIX}{{application}}/openapi.json.", paths, schemas)  # fmt: skip


def of_application(running: RunningApplication, rights: Rights) -> bytes:
    """Return the description of one application: its entities with their fields, as far as the caller's role goes."""
    paths: Json = {}
    schemas = {**SCHEMAS, **_bodies()}
    application = running.application
    for entity in running.model.entities.values():
        granted = rights.entity(entity.name)
        if not granted.any:
            continue
        data = entity_schema(running.model, entity, rights)
        schemas[f"{entity.name}.data"] = settable(data)
        schemas[f"{entity.name}.patch"] = changing(data)
        schemas[f"{entity.name}.record"] = _record(data["properties"])
        for verb in VERBS:
            if not getattr(granted, verb.action):
                continue
            parts = [entity.name if part == "{type}" else part for part in verb.path]
            path = f"{PREFIX}{application.name}/" + "/".join(parts)
            names = [name for name in _variables(verb) if name != "type"]
            operation = _operation(verb, f"{verb.name}.{entity.name}", names, entity.display_name, entity.name)
            paths.setdefault(path, {})[verb.method.lower()] = operation
    _name_files(paths, running.model.entities, rights)
    return _document(application.label or application.name, f"Records of {application.name}.", paths, schemas)


def _document(title: str, about: str, paths: Json, schemas: Json) -> bytes:
    return codec.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": title, "description": about, "version": release()},
            "paths": paths,
            "components": {
                "schemas": schemas,
                "securitySchemes": {
                    "token": {"type": "http", "scheme": "bearer", "description": "A token: tq_..."},
                    "session": {"type": "apiKey", "in": "cookie", "name": "torque_session"},
                },
            },
            "security": [{"token": []}, {"session": []}, {}],
        }
    )


def _operation(verb: Verb, name: str, places: list[str], tag: str, entity: str | None) -> Json:
    parameters = [
        *({"name": n, "in": "path", "required": True, "schema": {"type": "string"}, "description": PLACES[n]}
          for n in places),
        *({"name": n, "in": "query", **PARAMETERS[n]} for n in verb.params),
        *({"name": n, "in": "header", **HEADERS[n]} for n in verb.headers),
    ]  # fmt: skip
    operation: Json = {
        "operationId": name,
        "summary": verb.summary,
        "tags": [tag],
        "parameters": parameters,
        "responses": {
            str(verb.status): _answer(verb, entity), **OTHER_ANSWERS.get(verb.answer, {}),
            "default": _FAILURE if verb.method != "HEAD" else {"description": "A failure."},
        },
    }  # fmt: skip
    if verb.body is not None:
        operation["requestBody"] = {"required": True, "content": _body(verb, entity)}
    return operation


def _answer(verb: Verb, entity: str | None) -> Json:
    described = {"description": ANSWERS[verb.answer].text}
    if verb.answer == "nothing":
        return described
    if verb.answer == "bytes":
        return {**described, "content": {"*/*": {"schema": {}}}}
    if verb.answer == "table":
        return {**described, "content": {kind: {"schema": {}} for kind in TABLES}}
    record = f"{entity}.record" if entity is not None else "Record"
    schema = ANSWERS[verb.answer].schema({"$ref": f"#/components/schemas/{record}"})
    return {**described, "content": {"application/json": {"schema": schema}}}


def _body(verb: Verb, entity: str | None) -> Json:
    if verb.body == "*/*":
        form = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
        return {"application/octet-stream": {"schema": {}}, "multipart/form-data": {"schema": form}}
    if verb.body == "table":
        return {kind: {"schema": {}} for kind in TABLES}
    if verb.body in ("record", "patch"):
        name = f"{entity}.data" if entity is not None else "Data"
        name = name.replace(".data", ".patch") if verb.body == "patch" else name
        schema: Json = {"$ref": f"#/components/schemas/{name}"}
    else:
        schema = {"$ref": f"#/components/schemas/{verb.body.__name__}"}
    return {"application/json": {"schema": schema}}


def _bodies() -> Json:
    """Return the schemas of the bodies with named members, and of what they are made of."""
    kinds = [verb.body for verb in VERBS if isinstance(verb.body, type)]
    _, found = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    return dict(found)


def _record(properties: Mapping[str, Any]) -> Json:
    own = {
        "id": {"type": "string", "format": "uuid"}, "entity_type": {"type": "string"},
        "version": {"type": "integer", "description": "Count of writes; the tag of the record."},
        "created_at": {"type": "string", "format": "date-time"},
        "updated_at": {"type": "string", "format": "date-time"},
    }  # fmt: skip
    own["included"] = {"type": "object", "description": "What it refers to, as `expand` asks for."}
    return {"type": "object", "properties": {**properties, **own}, "required": list(own)[:-1]}


def _variables(verb: Verb) -> list[str]:
    return [part[1:-1] for part in verb.path if part.startswith("{")]


def _name_files(paths: Json, entities: Mapping[str, CompiledEntity], rights: Rights) -> None:
    """Leave out what is about files where an entity holds none that the caller sees."""
    for path in list(paths):
        parts = path.removeprefix(PREFIX).split("/")
        if "files" in parts[3:] and not _files(entities[parts[2]], rights.entity(parts[2])):
            del paths[path]


def _files(entity: CompiledEntity, granted: EntityRights) -> bool:
    return any(field.name not in granted.hidden for field in entity.files)
