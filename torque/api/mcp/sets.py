"""Tools by sets: a client that says nothing sees those for records; it asks for others by name.

Any tool can be called, whichever are listed: a set keeps what an agent has to read short, it hides nothing.
"""

from collections.abc import Sequence
from typing import Any

from torque.api.mcp.tool import Tool
from torque.api.mcp.tools import applications, building, entities, history, models, reading, tables, xflows
from torque.config.problems import nearest
from torque.errors import InvalidParams

RECORDS, ENTITIES, ALL = "records", "entities", "all"

TOOLS: dict[str, Tool[Any]] = {
    tool.name: tool
    for module in (models, entities, reading, tables, xflows, building, applications, history)
    for tool in module.TOOLS
}

SETS: dict[str, tuple[str, ...]] = {
    RECORDS: (
        "list_models", "get_model", "get_schema", "query_entities", "create_entity", "update_entity", "delete_entity",
        "get_entity", "aggregate_entities", "get_entity_relationships", "search", "bulk_write_entities", "import_data",
        "export_data", "execute_xflow",
    ),
    "models": (
        "list_models", "get_model", "create_model", "update_model", "delete_model", "validate_model",
        "apply_model_changes", "undo_model_changes", "list_applications", "create_application", "get_page",
        "get_schema",
    ),
    "workflows": ("get_schema", "list_xflows", "execute_xflow", "validate_xflow", "create_xflow"),
    "history": ("query_entities", "get_entity", "get_entity_history", "list_deleted_entities", "restore_entity"),
    ENTITIES: (),  # those of the application that the caller's token belongs to
    ALL: tuple(TOOLS),
}  # fmt: skip
"""Names of sets and of the tools in each."""


def chosen(names: Sequence[str]) -> list[Tool[Any]]:
    """Return the tools of these sets, each once; without any name those for records.

    Raises
    ------
    InvalidParams
        Naming the nearest set.
    """
    found: dict[str, Tool[Any]] = {}
    for name in names or (RECORDS,):
        if name not in SETS:
            listed = ", ".join(SETS)
            raise InvalidParams(
                f"There is no set of tools {name[:40]!r}.{nearest(name[:40], SETS)} There are {listed}."
            )
        found |= {tool: TOOLS[tool] for tool in SETS[name]}
    return list(found.values())
