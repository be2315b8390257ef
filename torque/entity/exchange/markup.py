"""XML as a stream of events, in memory that stays the same whatever it holds.

Parsers keep what they have not finished: a tag, the elements around it, every name they met, what document types
define. So document types are refused, and the rest has bounds far beyond those of any real file.
"""

import re
from collections.abc import Iterator, Mapping
from typing import IO
from xml.parsers import expat

from torque.errors import ParseError

LONGEST = 1 << 24
"""Characters of one text."""

_TAG = 1 << 20
"""Bytes of one tag or comment: each block more is read with all of it again."""

_BLOCK = 1 << 16
_DEEPEST = 64
_NAMES = 10_000

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_NO_XML = r"\x00-\x08\x0b-\x1f\ufffe\uffff"
_TO_ESCAPE = re.compile(rf"[{_NO_XML}]|_(?=x[0-9A-Fa-f]{{4}}[_{_NO_XML}])")
_SURROGATES = range(0xD800, 0xE000)

Event = tuple[str, Mapping[str, str] | None, str]
"""Name without its prefix; attributes where an element begins, None and its own text where it ends."""


def events(file: IO[bytes]) -> Iterator[Event]:
    """Return where elements begin and end.

    Raises
    ------
    ParseError
        When it is no XML, or beyond the bounds.
    """
    stream = _Stream()
    while block := file.read(_BLOCK):
        yield from stream.take(block)
    yield from stream.take(b"", last=True)


def escaped(text: str) -> str:
    """Return text as cells hold it: characters that XML has not, or changes, stand as their numbers."""
    return _TO_ESCAPE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    """Return the text that a cell holds."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if code in _SURROGATES else chr(code)


class _Stream:
    """A parser with the events that it found in one block."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._parser = expat.ParserCreate(intern=self._names)
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.CommentHandler = self._parser.ProcessingInstructionHandler = self._other
        self._parser.StartDoctypeDeclHandler = _refuse
        self._found: list[Event] = []
        self._text: list[str] = []
        self._length = 0
        self._depth = 0
        self._unfinished = 0

    def take(self, block: bytes, *, last: bool = False) -> list[Event]:
        """Return the events of some more bytes."""
        self._found = []
        self._unfinished += len(block)
        try:
            self._parser.Parse(block, last)
        except expat.ExpatError as error:
            raise ParseError(f"The workbook holds XML that is broken: {error}.") from error
        if self._unfinished > _TAG or len(self._names) > _NAMES:
            raise ParseError("The workbook holds XML of a kind that no spreadsheet writes.")
        return self._found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ParseError("The workbook holds XML that is nested too deeply.")
        self._text, self._length, self._unfinished = [], 0, 0
        self._found.append((name.rpartition(":")[2], attributes, ""))

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._unfinished = 0
        self._found.append((name.rpartition(":")[2], None, "".join(self._text)))
        self._text = []

    def _characters(self, text: str) -> None:
        self._unfinished = 0
        self._length += len(text)
        if self._length > LONGEST:
            raise ParseError("The workbook holds a text that is too long.")
        self._text.append(text)

    def _other(self, *_: str) -> None:
        self._unfinished = 0


def _refuse(*_: object) -> None:
    raise ParseError("The workbook holds a document type, which no spreadsheet has.")
