"""Which media type a file has, by what it holds; its name only decides between kinds of text. Pure but for zips."""

import codecs
import re
import zipfile
from pathlib import Path

from torque.entity.exchange.package import open_archive

HEAD = 8192
"""Bytes that tell."""

UNKNOWN = "application/octet-stream"

_PDF = "application/pdf"

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"\x00\x00\x01\x00", "image/x-icon"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypavis", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"%PDF-", _PDF),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"wOF2", "font/woff2"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)

_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_DECLARED = re.compile(r"application/(?:epub\+zip|vnd\.oasis\.opendocument\.[a-z-]{1,40})")
"""Media types that an archive may give itself in its first member; no browser shows them."""

_RIFF = (b"WEBP", b"WAVE", b"AVI ")

_TEXTS = {
    "csv": "text/csv", "md": "text/markdown", "json": "application/json", "ndjson": "application/x-ndjson",
    "tsv": "text/tab-separated-values", "ics": "text/calendar", "vcf": "text/vcard", "yaml": "application/yaml",
}  # fmt: skip

_MARKUP = re.compile(rb"<(!doctype html|html|head|body|script|iframe|style|svg)\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def media_type(path: Path, name: str) -> str:
    """Return the media type of a file.

    Parameters
    ----------
    name
        What it is called; only ever decides between kinds of text.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(path)
    if _is_text(head):  # which may begin with the letters of a mark
        return _PDF if head.startswith(b"%PDF-") else _text(head, name)
    for offset, mark, kind in _MAGIC:
        if head.startswith(mark, offset) and (mark not in _RIFF or head.startswith(b"RIFF")):
            return kind
    return UNKNOWN


def fits(kind: str, allowed: tuple[str, ...]) -> bool:
    """Tell whether a media type is one of those allowed: `image/png`, or `image/*` for all images; none means any."""
    return not allowed or kind in allowed or f"{kind.partition('/')[0]}/*" in allowed


def _zipped(path: Path) -> str:
    try:
        with path.open("rb") as file, open_archive(file) as archive:
            names = archive.namelist()
            if names[:1] == ["mimetype"] and archive.getinfo("mimetype").file_size < 100:
                declared = archive.read("mimetype").decode("ascii", "replace").strip()
                return declared if _DECLARED.fullmatch(declared) else "application/zip"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return UNKNOWN
    if "[Content_Types].xml" in names:
        for folder, kind in _OFFICE.items():
            if any(name.startswith(folder) for name in names):
                return kind
    return "application/zip"


def _is_text(head: bytes) -> bool:
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)  # a character may be cut at the end
    except UnicodeDecodeError:
        return False
    return _CONTROL.search(text) is None


def _text(head: bytes, name: str) -> str:
    begin = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    found = _MARKUP.search(head)
    if found is not None and begin.startswith(b"<"):
        return "image/svg+xml" if found[1].lower() == b"svg" else "text/html"
    if begin.startswith(b"<?xml"):
        return "application/xml"
    return _TEXTS.get(name.rpartition(".")[2].lower(), "text/plain")
