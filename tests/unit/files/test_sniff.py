"""What a file is said to be is never what it says of itself."""

import io
import zipfile
from pathlib import Path

import pytest

from torque.files.sniff import media_type


def declaring(kind: bytes) -> bytes:
    """Return an archive whose first member names a media type, as books and open documents do."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", "<content/>")
    return out.getvalue()


@pytest.mark.parametrize(
    "kind",
    ["application/epub+zip", "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.base"],
)
def test_an_archive_may_call_itself_a_book_or_an_open_document(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(declaring(kind.encode() + b"\n"))
    assert media_type(file, "a.bin") == kind


@pytest.mark.parametrize(
    "kind", [b"image/png", b"text/html", b"", b"\xff\0", b"application/epub+zip\r\nset-cookie: a=b", b"x" * 200]
)
def test_an_archive_that_calls_itself_anything_else_is_an_archive(tmp_path: Path, kind: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(declaring(kind))
    assert media_type(file, "a.png") == "application/zip"
