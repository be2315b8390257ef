"""Attachments as data: what is known of a file, what is asked of an image, and what a download reads from."""

from typing import BinaryIO, Literal

import msgspec

ORIGINAL = "original"
"""Name of the bytes as they were uploaded; smaller copies of an image stand beside them."""

SIDES = (32, 64, 128, 256, 512, 1024, 2048)
"""Pixels a side of a resized image may have: few, so that few copies are kept."""

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Media types that can be resized, and that a browser draws without running anything."""

COPY_TYPE = "image/webp"
"""Media type of every resized image."""

Fit = Literal["contain", "cover"]


class FileValue(msgspec.Struct, frozen=True):
    """A file as records hold it."""

    id: str
    name: str
    type: str
    size: int


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """A complete file.

    Parameters
    ----------
    type
        Media type, as its content shows it.
    size
        Bytes.
    sha256
        Of its content, in hexadecimal.
    variants
        Names of the smaller copies that are kept.
    """

    id: str
    name: str
    type: str
    size: int
    sha256: str
    variants: tuple[str, ...] = ()


class Resize(msgspec.Struct, frozen=True, kw_only=True):
    """How an image should be smaller: within a box, or filling it. Sides are pixels, one of `SIDES`."""

    width: int
    height: int
    fit: Fit = "contain"

    @property
    def name(self) -> str:
        """What the copy is kept as."""
        return f"{self.width}x{self.height}-{self.fit}"


class Held(msgspec.Struct, frozen=True):
    """Bytes on this machine's disk, ready to be sent.

    Parameters
    ----------
    path
        Where they are.
    size
        How many there are in all, whether or not only a part was fetched.
    part
        True when the file holds only the part that was asked for.
    file
        What keeps a file without a name alive; whoever sent it closes it.
    """

    path: str
    size: int
    part: bool = False
    file: BinaryIO | None = None


class Download(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller may have: the file, the media type of the bytes asked for, and their tag."""

    file: StoredFile
    type: str
    tag: str
    variant: str
    application_id: str
