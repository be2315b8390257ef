"""Small files of many media types, each with a number in it, for records that are made up. Pure."""

import gzip
import io
import time
import wave
import zipfile
from collections.abc import Callable, Mapping
from importlib import import_module

import msgspec

from torque.files.sniff import fits

_SIDE = 8
_SILENCE = 64
_PARTS = 97, 151, 211
"""Steps of red, green and blue from number to number."""


class MadeUp(msgspec.Struct, frozen=True):
    """A file that is not there yet."""

    name: str
    content: bytes


def made_up(types: tuple[str, ...], most: int, number: int) -> MadeUp | None:
    """Return a file that a field takes; None when there is none of its types, or none as small as it has to be.

    Parameters
    ----------
    types
        Media types that are taken; none means any.
    most
        Bytes that it may have.
    """
    for kind, (suffix, make) in _MAKERS.items():
        if fits(kind, types):
            content = make(number)
            if len(content) <= most:
                return MadeUp(f"file-{number}.{suffix}", content)
            if kind == "text/plain":
                return MadeUp(f"file-{number}.{suffix}", content[:most])
    return None


def _text(text: str) -> Callable[[int], bytes]:
    return lambda number: text.format(number=number).encode()


def _picture(form: str, **more: object) -> Callable[[int], bytes]:
    def make(number: int) -> bytes:
        color = tuple((number * part) % 256 for part in _PARTS)
        out = io.BytesIO()
        import_module("PIL.Image").new("RGB", (_SIDE, _SIDE), color).save(
            out, form, **more
        )  # loads Pillow when it is needed
        return out.getvalue()

    return make


def _sound(number: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8_000)
        file.writeframes(bytes([128 + number % 8]) * _SILENCE)
    return out.getvalue()


def _archive(number: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(f"file-{number}.txt", f"File {number}\n")
    return out.getvalue()


def _workbook(number: int) -> bytes:
    book = import_module("openpyxl").Workbook()  # a second to import
    book.active.append(["number"])
    book.active.append([number])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_MAKERS: Mapping[str, tuple[str, Callable[[int], bytes]]] = {
    "text/plain": ("txt", _text("File {number}\n")),
    "image/png": ("png", _picture("PNG")),
    "application/pdf": ("pdf", _picture("PDF", creationDate=time.gmtime(0), modDate=time.gmtime(0))),
    "image/jpeg": ("jpg", _picture("JPEG")),
    "image/gif": ("gif", _picture("GIF")),
    "image/webp": ("webp", _picture("WEBP")),
    "image/bmp": ("bmp", _picture("BMP")),
    "image/tiff": ("tiff", _picture("TIFF")),
    "image/svg+xml": ("svg", _text('<svg xmlns="http://www.w3.org/2000/svg"><text y="9">{number}</text></svg>\n')),
    "text/csv": ("csv", _text("number\n{number}\n")),
    "text/markdown": ("md", _text("# File {number}\n")),
    "text/html": ("html", _text("<!doctype html><title>File {number}</title>\n")),
    "text/tab-separated-values": ("tsv", _text("number\ttext\n{number}\tfile\n")),
    "text/calendar": ("ics", _text("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{number}\r\nEND:VCALENDAR\r\n")),
    "text/vcard": ("vcf", _text("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Person {number}\r\nEND:VCARD\r\n")),
    "application/json": ("json", _text('{{"number": {number}}}\n')),
    "application/x-ndjson": ("ndjson", _text('{{"number": {number}}}\n')),
    "application/xml": ("xml", _text('<?xml version="1.0"?><file number="{number}"/>\n')),
    "application/yaml": ("yaml", _text("number: {number}\n")),
    "application/zip": ("zip", _archive),
    "application/gzip": ("gz", lambda number: gzip.compress(f"File {number}\n".encode(), mtime=0)),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx", _workbook),
    "audio/wav": ("wav", _sound),
}
"""By media type, what is usual first: how such files end, and what makes one."""
