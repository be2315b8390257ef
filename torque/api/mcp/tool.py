"""The contract of an MCP tool: typed arguments, a schema for what it answers, and what it does."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import mcp_types as types
import msgspec

from torque import codec
from torque.config.problems import nearest
from torque.errors import InvalidParams
from torque.platform import Platform
from torque.types import Caller

Schema = dict[str, Any]


class Arguments(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Base of the arguments of every tool."""


A = TypeVar("A", bound=Arguments)


class Session(msgspec.Struct, frozen=True):
    """What a tool works with: the services, and on whose behalf."""

    platform: Platform
    caller: Caller


class Tool(Generic[A]):
    """One tool.

    Parameters
    ----------
    definition
        What clients are told; its input schema is derived from the arguments.
    arguments
        Checked before `run` sees them.
    run
        Returns the structured result as JSON.
    """

    def __init__(
        self,
        name: str,
        arguments: type[A],
        run: Callable[[Session, A], Awaitable[bytes]],
        *,
        title: str,
        description: str,
        output: Schema,
        read_only: bool = False,
        destructive: bool = False,
        idempotent: bool = False,
    ) -> None:
        self.name = name
        self._arguments = arguments
        self._run = run
        self._names = [field.encode_name for field in msgspec.structs.fields(arguments)]
        self.definition = types.Tool(
            name=name,
            title=title,
            description=description,
            input_schema=schema_of(arguments),
            output_schema=output,
            annotations=types.ToolAnnotations(
                title=title,
                read_only_hint=read_only,
                destructive_hint=destructive,
                idempotent_hint=idempotent or read_only,
                open_world_hint=False,
            ),
        )

    async def run(self, session: Session, arguments: dict[str, Any]) -> bytes:
        """Check the arguments and run.

        Raises
        ------
        InvalidParams
            Naming the argument and the nearest one that exists, or where a number is beyond all that can be kept.
        """
        for key in arguments:
            if key not in self._names:
                raise InvalidParams(f"{self.name} has no argument {key[:100]!r}.{nearest(key, self._names)}")
        if (place := codec.infinite(arguments)) is not None:
            raise InvalidParams(f"{self.name}: {place} is a number that a double cannot hold.", path=place)
        try:
            checked = msgspec.convert(arguments, self._arguments)
        except msgspec.ValidationError as error:
            raise InvalidParams(f"{self.name}: {str(error).replace('`', chr(39))}.") from error
        return await self._run(session, checked)


def schema_of(kind: type[msgspec.Struct]) -> Schema:
    """Return the JSON Schema of a struct with an object at its root, as clients demand it."""
    (schema,), components = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    root: Schema = components.pop(schema["$ref"].rsplit("/", 1)[1])
    root.pop("title", None)
    root.pop("description", None)
    if components:
        root["$defs"] = components
    return root


RECORD: Schema = {
    "type": "object",
    "description": "A record: its own members and the fields of its entity type.",
    "properties": {
        "id": {"type": "string"},
        "entity_type": {"type": "string"},
        "version": {"type": "integer", "description": "Count of writes; pass it as ifVersion."},
        "created_at": {"type": "string"},
        "updated_at": {"type": "string"},
    },
    "required": ["id", "entity_type", "version"],
}
"""Schema of a record as tools answer it."""
