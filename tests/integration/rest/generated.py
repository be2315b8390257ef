"""Requests made from the description of an application: what its schemas allow, by chance."""

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

Json = Any
FIELDS = ("name", "size", "tags", "owner", "owner.name", "secret", "created_at", "id", "nothing")
FILTERS = ({}, {"size": {"gt": 2}}, {"name": {"contains": "a"}}, {"owner.name": "x"}, {"secret": "x"}, {"nothing": 1})
TEXTS = ("aa", "xyz", "Ωmega", "5", "")
MOMENTS = ("2026-01-01T00:00:00Z", "2030-01-01T00:00:00.5+02:00")


class Asked(msgspec.Struct, frozen=True):
    """One request; `responses` is what is said of its answers."""

    name: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    responses: Mapping[str, Json]


class Generator:
    """Makes requests.

    Parameters
    ----------
    document
        The description.
    ids
        Ids of records by entity.
    """

    def __init__(self, document: Json, ids: Mapping[str, Sequence[str]], chance: random.Random) -> None:
        self._schemas = document["components"]["schemas"]
        self._operations = [(path, *one) for path, methods in document["paths"].items() for one in methods.items()]
        self._ids = ids
        self._chance = chance

    def request(self) -> Asked:
        """Return a request to any operation."""
        chance = self._chance
        path, method, operation = chance.choice(self._operations)
        query, headers = [], {}
        for parameter in operation["parameters"]:
            name, place = parameter["name"], parameter["in"]
            if place == "path":
                path = path.replace(f"{{{name}}}", chance.choice(self._ids[path.split("/")[6]]))
            elif chance.random() < 0.3:
                value = self._value(parameter["schema"], name)
                text = value if isinstance(value, str) else json.dumps(value)
                if place == "query":
                    query.append(f"{name}={quote(text)}")
                elif text.isascii():
                    headers[name] = '"1"' if name == "If-Match" else text
        body = None
        if "requestBody" in operation:
            content = operation["requestBody"]["content"]
            kind = headers["content-type"] = chance.choice(list(content))
            value = self._value(content[kind]["schema"]) if kind == "application/json" else "name,size\na,1\n"
            body = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        address = path + ("?" + "&".join(query) if query else "")
        return Asked(operation["operationId"], method.upper(), address, headers, body, operation["responses"])

    def _value(self, schema: Json, name: str = "") -> Json:
        """Return something that a schema allows."""
        chance = self._chance
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rsplit("/", 1)[1]]
        if "anyOf" in schema:
            return self._value(chance.choice(schema["anyOf"]), name)
        if "enum" in schema:
            return chance.choice(schema["enum"])
        if name in ("filter", "filters", "having"):
            found = chance.choice(FILTERS)
            return json.dumps(found) if name == "filter" else found
        kind = schema.get("type", "integer")
        match chance.choice(kind) if isinstance(kind, list) else kind:
            case "object":
                members = schema.get("properties", {}).items()
                needed = schema.get("required", ())
                return {key: self._value(one, key) for key, one in members if key in needed or chance.random() < 0.4}
            case "array":
                return [self._value(schema.get("items", {}), name) for _ in range(chance.randrange(3))]
            case "string":
                return self._text(schema, name)
            case "boolean":
                return chance.random() < 0.5
            case "null":
                return None
        return chance.randint(schema.get("minimum", 0), min(schema.get("maximum", 9), 99))

    def _text(self, schema: Json, name: str) -> str:
        if name in ("sortBy", "sort", "field", "fields", "expand", "upsertBy", "groupBy"):
            return self._chance.choice(FIELDS)
        if name in ("owner", "tags", "entityId", "entityIds"):
            return self._chance.choice(self._ids[self._chance.choice(list(self._ids))])
        if schema.get("format") == "date-time" or name == "asOf":
            return self._chance.choice(MOMENTS)
        return self._chance.choice(TEXTS)
