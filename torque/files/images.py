"""Smaller copies of images: decoded only when they are small enough to be, never enlarged, always WebP."""

import io
from pathlib import Path

from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

from torque.errors import InvalidParams, PayloadTooLarge
from torque.files.types import Resize

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
_QUALITY = 82
"""Where a photograph shows no difference at these sizes."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How an image is put upright, by what the camera says of its orientation; what else it says is not looked at."""

_ON_ITS_SIDE = {_TURNS[orientation] for orientation in (5, 6, 7, 8)}


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
            turn = _TURNS.get(opened.getexif().get(ExifTags.Base.Orientation, 1))
            opened.draft("RGB", size[::-1] if turn in _ON_ITS_SIDE else size)  # a JPEG can be decoded smaller at once
            profile = opened.info.get("icc_profile")
            picture = opened if opened.mode == "CMYK" and profile else _in_colour(opened)
            if turn is not None:
                picture = picture.transpose(turn)
            if wanted.fit == "cover":
                picture = _cover(picture, size)
            else:
                picture.thumbnail(size, Image.Resampling.LANCZOS)
            if profile:
                picture = _as_seen(picture, profile)
            picture.save(target, "WEBP", quality=_QUALITY, method=4)
    except Image.DecompressionBombError as error:
        raise PayloadTooLarge("The image has more pixels than are resized.", maxPixels=max_pixels) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise InvalidParams("The image is broken and cannot be resized.") from error


def _in_colour(picture: Image.Image) -> Image.Image:
    """Return a picture as it can be resized and kept: eight bits for each colour, and its transparency."""
    if picture.mode.startswith("I;16"):
        picture = picture.point(lambda level: level * (1 / 256)).convert("L")
    if picture.mode not in ("RGB", "RGBA"):
        return picture.convert("RGBA" if "transparency" in picture.info or "A" in picture.mode else "RGB")
    return picture


def _as_seen(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return a picture in the colours that everything draws, as its profile says; one that does not fit is left out."""
    try:
        meant = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        seen = ImageCms.profileToProfile(picture, meant, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        seen = None
    return seen or _in_colour(picture)


def _cover(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the middle of a picture in the shape of the box; a picture smaller than the box keeps its pixels."""
    scale = min(1.0, picture.width / size[0], picture.height / size[1])
    box = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    return ImageOps.fit(picture, box, Image.Resampling.LANCZOS)
