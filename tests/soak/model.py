"""The application that is put under stress: a small shop with every kind of dependency between records."""

import json
from typing import Any

CLERK = "role_clerk"
"""Id and name of the role whose rights change during a run."""


def _field(name: str, kind: str, **more: Any) -> dict[str, Any]:
    of_type = {key[5:]: more.pop(key) for key in list(more) if key.startswith("type_")}
    return {"name": name, "field_type": {"type": kind, **of_type}, **more}


def _entity(name: str, *fields: dict[str, Any]) -> dict[str, Any]:
    common = (_field("owner", "String"), _field("mark", "Integer"))
    return {
        "id": f"e_{name}",
        "name": name,
        "fields": [{**field, "id": f"{name}_{field['name']}"} for field in (*common, *fields)],
    }


def _link(name: str, owner: str, column: str, target: str, cascade: str) -> dict[str, Any]:
    return {
        "id": f"r_{name}", "name": name, "type": "ManyToOne", "from_entity": owner, "to_entity": target,
        "from_field": column, "cascade": cascade,
    }  # fmt: skip


def clerk(*, secret: bool) -> dict[str, Any]:
    """Return what a clerk may do: read, with or without the e-mail address."""
    hidden = ["email"] if secret else []
    return {
        "customer": {"read": True, "hidden_fields": hidden},
        "order": {"read": True, "where": {"customer_id.mark": {"ge": 0}}},
    }


DOCUMENT = json.dumps(
    {
        "format": "torque/1",
        "name": "soak",
        "entities": [
            _entity("customer", _field("email", "String", unique=True)),
            _entity(
                "order",
                _field("customer_id", "Reference", type_entity="customer"),
                _field("payer_id", "Reference", type_entity="customer"),
            ),
            _entity("line", _field("order_id", "Reference", type_entity="order", required=True)),
            _entity("notice"),
        ],
        "relationships": [
            _link("orders", "order", "customer_id", "customer", "Delete"),
            _link("payers", "order", "payer_id", "customer", "SetNull"),
            _link("lines", "line", "order_id", "order", "Delete"),
        ],
        "roles": [{"id": CLERK, "name": CLERK, "entities": clerk(secret=False)}],
    }
).encode()

REFERENCES = ("customer_id", "payer_id", "order_id")
"""All fields that refer to another record."""
