"""Smaller copies of images: decoded only when they are small enough to be, never enlarged, always WebP."""

from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from torque.errors import InvalidParams, PayloadTooLarge
from torque.files.types import Resize

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
_QUALITY = 82
"""Where a photograph shows no difference at these sizes."""


def make_copy(source: Path, target: Path, wanted: Resize, max_pixels: int) -> None:
    """Write the smaller copy of an image; of a moving one, its first picture.

    Raises
    ------
    PayloadTooLarge
        When it has more pixels than are decoded.
    InvalidParams
        When it is broken.
    """
    try:
        with Image.open(source, formats=_FORMATS) as opened:
            if opened.width * opened.height > max_pixels:
                raise PayloadTooLarge("The image has more pixels than are resized.", maxPixels=max_pixels)
            size = (wanted.width, wanted.height)
            opened.draft("RGB", size)  # a JPEG can be decoded smaller at once
            picture = ImageOps.exif_transpose(opened)
            if picture.mode not in ("RGB", "RGBA"):
                picture = picture.convert("RGBA" if "transparency" in picture.info or "A" in picture.mode else "RGB")
            if wanted.fit == "cover":
                picture = _cover(picture, size)
            else:
                picture.thumbnail(size, Image.Resampling.LANCZOS)
            picture.save(target, "WEBP", quality=_QUALITY, method=4)
    except Image.DecompressionBombError as error:
        raise PayloadTooLarge("The image has more pixels than are resized.", maxPixels=max_pixels) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise InvalidParams("The image is broken and cannot be resized.") from error


def _cover(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the middle of a picture in the shape of the box; a picture smaller than the box keeps its pixels."""
    scale = min(1.0, picture.width / size[0], picture.height / size[1])
    box = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    return ImageOps.fit(picture, box, Image.Resampling.LANCZOS)
