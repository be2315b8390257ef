"""The one file of a `multipart/form-data` body, in parts as they come; nothing of it is collected."""

from collections import deque
from collections.abc import AsyncIterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from torque.errors import InvalidParams

_LONGEST_HEADER = 4096
_LONGEST_BOUNDARY = 200


class FilePart:
    """Reads a body up to the content of its file.

    Parameters
    ----------
    content_type
        The header, which holds the boundary.
    body
        The parts of the body.

    Raises
    ------
    InvalidParams
        When this is no such body, or it holds anything but one file.
    """

    def __init__(self, content_type: str, body: AsyncIterator[bytes]) -> None:
        boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
        if not 0 < len(boundary) <= _LONGEST_BOUNDARY:
            raise _wrong("there is no boundary")
        self._body = body
        self._name: str | None = None
        self._header = [b"", b""]
        self._parts = 0
        self._ended = False
        self._content: deque[bytes] = deque()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin, "on_header_field": self._field, "on_header_value": self._value,
                "on_header_end": self._end_header, "on_headers_finished": self._require_name,
                "on_part_data": self._data, "on_end": self._end,
            },
        )  # fmt: skip

    async def name(self) -> str:
        """Return what the file is called, once its headers have come."""
        while self._name is None and await self._more():
            pass
        if self._name is None:
            raise _wrong("it holds no file")
        return self._name

    async def content(self) -> AsyncIterator[bytes]:
        """Return the content of the file."""
        await self.name()
        going = True
        while going:
            while self._content:
                yield self._content.popleft()
            going = await self._more()
        if not self._ended:
            raise _wrong("it ends in the middle")

    async def _more(self) -> bool:
        try:
            part = await anext(self._body)
        except StopAsyncIteration:
            return False
        try:
            self._parser.write(part)
        except FormParserError as error:
            raise _wrong(str(error)) from error
        return True

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > 1:
            raise _wrong("it holds more than one part; send one file")

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._header[0] += data[start:end]
        self._limit()

    def _value(self, data: bytes, start: int, end: int) -> None:
        self._header[1] += data[start:end]
        self._limit()

    def _end_header(self) -> None:
        field, value = self._header
        self._header = [b"", b""]
        if field.lower() == b"content-disposition":
            name = parse_options_header(value)[1].get(b"filename")
            if name is not None:
                self._name = _decoded(name)

    def _require_name(self) -> None:
        if self._name is None:
            raise _wrong("its part has no filename")

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._content.append(data[start:end])

    def _end(self) -> None:
        self._ended = True

    def _limit(self) -> None:
        if len(self._header[0]) + len(self._header[1]) > _LONGEST_HEADER:
            raise _wrong("a header of its part is too long")


def _decoded(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError as error:
        raise InvalidParams("The name of the file is not UTF-8.", parameter="name") from error


def _wrong(why: str) -> InvalidParams:
    return InvalidParams(f"The body is no multipart/form-data with one file: {why}.")
