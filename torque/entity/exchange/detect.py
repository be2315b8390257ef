"""What kind of file this is: format, encoding and delimiter, told from its name and its first bytes."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from torque.entity.exchange.scripts import ENCODINGS, east_asian
from torque.entity.exchange.types import FORMATS, Format
from torque.errors import InvalidParams

SAMPLE = 1 << 16
NO_UTF_8 = "cp1252"
"""What text is taken for that names no encoding and is neither UTF-8 nor what it looks like."""

GUESSED = (NO_UTF_8, *ENCODINGS)
"""Encodings that are told by the looks of a text, which has to be said."""

_BLOCK = 1 << 20
_RECORDS = 50
_ENDS = (b"\n", b"\r")
_SAID = re.compile(r'"?sep=([^"\r\n])"?\r?\n', re.IGNORECASE)
"""What Excel reads, and some programs write for it."""

_SHIFTS = (b"\x1b$B", b"\x1b$@")
"""With what ISO-2022-JP, which is all ASCII, goes over to Japanese."""

_DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_SUFFIXES: dict[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson",
    ".xlsx": "xlsx", ".xlsm": "xlsx",
}  # fmt: skip


class Dialect(msgspec.Struct, frozen=True):
    """How a text file with columns is written; `told` when its first line does nothing but name the delimiter."""

    encoding: str
    delimiter: str
    told: bool = False


def format_of(name: str, wanted: str | None = None) -> Format:
    """Return the format that was asked for, else the one of the file's name.

    Raises
    ------
    InvalidParams
        When there is no such format, or the name tells none.
    """
    if wanted:
        found = next((known for known in FORMATS if known == wanted.lower()), None)
        if found is None:
            raise InvalidParams(f"There is no format '{wanted}'. There are {', '.join(FORMATS)}.", parameter="format")
        return found
    suffix = Path(name).suffix.lower()
    if suffix not in _SUFFIXES:
        raise InvalidParams(f"The name '{name}' tells no format. Say which: {', '.join(FORMATS)}.", parameter="format")
    return _SUFFIXES[suffix]


def dialect_of(source: BinaryIO, encoding: str | None = None, delimiter: str | None = None) -> Dialect:
    """Return encoding and delimiter; what was said counts, the rest is found out.

    Raises
    ------
    InvalidParams
        When there is no such encoding, or the delimiter is not one character.
    """
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise InvalidParams("A delimiter is one character.", parameter="delimiter")
    found = _known(encoding) if encoding else encoding_of(source)
    source.seek(0)
    sample = codecs.getincrementaldecoder(found)("replace").decode(source.read(SAMPLE))
    source.seek(0)
    said = _SAID.match(sample)
    return Dialect(found, delimiter or (said[1] if said else delimiter_of(sample)), told=said is not None)


def encoding_of(source: BinaryIO) -> str:
    """Return the encoding that a mark or zeros name, else UTF-8 if it is that, else what the text looks like."""
    source.seek(0)
    head = source.read(4)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if len(head) >= 4 and head[1] == 0 and head[3] == 0 and head[0]:
        return "utf-16-le"
    if len(head) >= 4 and head[0] == 0 and head[2] == 0 and head[1]:
        return "utf-16-be"
    source.seek(0)
    sample = source.read(SAMPLE)
    if wide := _wide(sample):
        return wide
    if any(mark in sample for mark in _SHIFTS):
        return "iso2022_jp"
    if _is(source, "utf-8"):
        return "utf-8"
    found = east_asian(_beyond_ascii(source))
    return found if found is not None and _is(source, found) else NO_UTF_8


def _is(source: BinaryIO, encoding: str) -> bool:
    """Tell whether all of a file can be read so."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in _blocks(source):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _beyond_ascii(source: BinaryIO) -> list[bytes]:
    """Return the first lines that hold more than ASCII, as many as a sample has, each at most as long."""
    source.seek(0)
    found: list[bytes] = []
    size, begins = 0, True
    while size < SAMPLE and (line := source.readline(SAMPLE)):
        if begins and not line.isascii():
            found.append(line)
            size += len(line)
        begins = line.endswith(b"\n")
    return found


def _wide(sample: bytes) -> str | None:
    """Return the encoding of two bytes a character in which most of what may be line ends are such."""
    ends = sum(map(sample.count, _ENDS))
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample.decode(encoding, "replace")
        if ends and 2 * (text.count("\n") + text.count("\r")) >= ends:
            return encoding
    return None


def delimiter_of(sample: str) -> str:
    """Return the delimiter that cuts the first records into the same number of columns, the most of them."""
    best, chosen = (0.0, 0), ","
    for delimiter in _DELIMITERS:
        widths = [len(record) for record in _records(sample, delimiter)]
        if not widths or widths[0] < 2:
            continue
        same = sum(width == widths[0] for width in widths) / len(widths)
        if (same, widths[0]) > best:
            best, chosen = (same, widths[0]), delimiter
    return chosen


def _records(sample: str, delimiter: str) -> list[list[str]]:
    """Return the first records; the last of a full sample is cut off and does not count."""
    found = []
    try:
        for record in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if record:
                found.append(record)
            if len(found) > _RECORDS:
                return found[:-1]
    except csv.Error:
        return found
    return found[:-1] if len(found) > 1 and len(sample) >= SAMPLE // 4 else found


def _blocks(source: BinaryIO) -> Iterator[bytes]:
    source.seek(0)
    while block := source.read(_BLOCK):
        yield block


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise InvalidParams(f"There is no encoding '{encoding[:40]}'.", parameter="encoding") from None
