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


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"BMW,Audi\n1,2\n", "cars.csv", "text/csv"),
        (b"MZ-7 is the code.\n", "a.txt", "text/plain"),
        (b"ID3 is a tag of music.\n", "a.md", "text/markdown"),
        (b"GIF89a/*<script>*/=1", "a.gif", "text/plain"),
        (b"RIFFRIFFWEBP<script>", "a.webp", "text/plain"),
        (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0", "a.txt", "image/bmp"),
    ],
)
def test_a_text_is_a_text_whatever_letters_it_begins_with(tmp_path: Path, content: bytes, name: str, kind: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    assert media_type(file, name) == kind


@pytest.mark.parametrize(
    ("brand", "kind"),
    [
        (b"heic", "image/heic"), (b"heix", "image/heic"), (b"mif1", "image/heif"), (b"avif", "image/avif"),
        (b"avis", "image/avif"), (b"isom", "video/mp4"),
    ],
)  # fmt: skip
def test_photographs_of_phones_are_no_films(tmp_path: Path, brand: bytes, kind: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0" + brand)
    assert media_type(file, "a") == kind
