"""The contract of an MCP prompt: its arguments, what completes them, and the messages it makes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import mcp_types as types
import msgspec

from torque.api.mcp.tool import Session
from torque.config.problems import nearest
from torque.errors import InvalidParams

Given = Mapping[str, str]
LONGEST = 20_000
"""Characters of one argument."""

Suggest = Callable[[Session, Given], Awaitable[Sequence[str]]]


class Argument(msgspec.Struct, frozen=True, kw_only=True):
    """An argument of a prompt; `suggest` returns values it may take, knowing the other arguments."""

    name: str
    description: str
    required: bool = False
    suggest: Suggest | None = None


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt; `write` returns the parts of the message that begins the work."""

    name: str
    title: str
    description: str
    arguments: tuple[Argument, ...]
    write: Callable[[Session, Given], Awaitable[Sequence[types.ContentBlock]]]

    @property
    def definition(self) -> types.Prompt:
        """What clients are told."""
        return types.Prompt(
            name=self.name,
            title=self.title,
            description=self.description,
            arguments=[
                types.PromptArgument(name=one.name, description=one.description, required=one.required)
                for one in self.arguments
            ],
        )

    def checked(self, given: Given) -> Given:
        """Return the arguments that are not empty.

        Raises
        ------
        InvalidParams
            For one that is missing, unknown or too long.
        """
        names = [one.name for one in self.arguments]
        for name, value in given.items():
            if name not in names:
                raise InvalidParams(f"{self.name} has no argument {name[:100]!r}.{nearest(name[:100], names)}")
            if len(value) > LONGEST:
                raise InvalidParams(f"{self.name}: '{name}' has more than {LONGEST} characters.", parameter=name)
        kept = {name: value for name, value in given.items() if value.strip()}
        for one in self.arguments:
            if one.required and one.name not in kept:
                raise InvalidParams(f"{self.name} needs '{one.name}': {one.description}", parameter=one.name)
        return kept


def text(*parts: str) -> types.TextContent:
    """Return paragraphs as a part of a message."""
    return types.TextContent(type="text", text="\n\n".join(parts))


def document(uri: str, data: bytes) -> types.EmbeddedResource:
    """Return JSON as a part of a message, under the address it can be read at again."""
    held = types.TextResourceContents(uri=uri, mime_type="application/json", text=data.decode())
    return types.EmbeddedResource(type="resource", resource=held)
