"""Files for records that are made up: small ones, where a record must have one."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from torque.application.types import RunningApplication
from torque.files.made_up import made_up
from torque.files.service import FileService
from torque.model.compile import CompiledField
from torque.model.definition.field_type import file_type
from torque.types import Caller

_TOGETHER = 8
"""Files that are kept at a time."""


class FileMaker:
    """Makes up files for the fields of one application; those that no record takes in the end are swept."""

    def __init__(self, files: FileService, caller: Caller, app: RunningApplication) -> None:
        self._files = files
        self._caller = caller
        self._app = app

    def can(self, entity_type: str, field_name: str, number: int) -> bool:
        """Tell whether a file can be made for a field."""
        field, most = self._files.require_upload(self._caller, self._app, entity_type, field_name)
        return made_up(_types(field), most, number) is not None

    async def make(self, entity_type: str, field_name: str, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Keep a file of each of these numbers; return what records hold of them."""
        found: list[dict[str, Any]] = []
        for start in range(0, len(numbers), _TOGETHER):
            some = numbers[start : start + _TOGETHER]
            found += await asyncio.gather(*(self._one(entity_type, field_name, number) for number in some))
        return found

    async def _one(self, entity_type: str, field_name: str, number: int) -> dict[str, Any]:
        field, most = self._files.require_upload(self._caller, self._app, entity_type, field_name)
        file = await asyncio.to_thread(made_up, _types(field), most, number)
        assert file is not None, "asked before"
        kept = await self._files.upload(
            self._caller, self._app, entity_type, field_name, file.name, _whole(file.content)
        )
        return dict(msgspec.to_builtins(kept))


def _types(field: CompiledField) -> tuple[str, ...]:
    kind = file_type(field.definition.field_type)
    return kind.types if kind is not None else ()


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content
