"""Smaller copies of images that are turned, deep or broken."""

import io
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageCms

from torque.errors import InvalidParams
from torque.files.images import make_copy
from torque.files.types import Fit, Resize

MOST_PIXELS = 1_000_000
_TURNED_RIGHT = 6


def copy_of(content: bytes, folder: Path, width: int, height: int, fit: Fit = "contain") -> Image.Image:
    """Return the copy of an image within a box, or filling it."""
    source, target = folder / "source", folder / "target"
    source.write_bytes(content)
    make_copy(source, target, Resize(width=width, height=height, fit=fit), MOST_PIXELS)
    with Image.open(target) as copy:
        copy.load()
        return copy.copy()


def encoded(image: Image.Image, kind: str, exif: Image.Exif | None = None, profile: bytes | None = None) -> bytes:
    """Return an image as a file."""
    out = io.BytesIO()
    image.save(out, kind, **({"exif": exif} if exif is not None else {}), icc_profile=profile)
    return out.getvalue()


def swapped() -> bytes:
    """Return a colour profile by which red is what others call blue."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"?", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"?", b"bXYZ", 1)


@pytest.fixture
def turned() -> bytes:
    """A photograph four times as high as wide, taken with the camera on its side."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = _TURNED_RIGHT
    return encoded(Image.new("RGB", (2000, 500), "red"), "JPEG", exif)


@pytest.mark.parametrize(
    ("box", "fit", "size"),
    [((256, 32), "cover", (256, 32)), ((32, 256), "cover", (32, 256)), ((128, 128), "contain", (32, 128))],
)
def test_a_photograph_is_turned_upright_before_its_size_counts(
    turned: bytes, tmp_path: Path, box: tuple[int, int], fit: Fit, size: tuple[int, int]
) -> None:
    assert copy_of(turned, tmp_path, *box, fit).size == size


def test_a_grey_of_sixteen_bits_stays_that_grey(tmp_path: Path) -> None:
    found = copy_of(encoded(Image.new("I;16", (64, 64), 0x8000), "PNG"), tmp_path, 32, 32).convert("L")
    assert found.getpixel((16, 16)) == pytest.approx(0x80, abs=2)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_colours_are_what_the_profile_of_the_image_means_by_them(tmp_path: Path, kind: str) -> None:
    content = encoded(Image.new("RGB", (64, 64), (200, 20, 20)), kind, profile=swapped())
    assert copy_of(content, tmp_path, 32, 32).getpixel((16, 16)) == pytest.approx((20, 20, 200), abs=12)


def test_what_is_transparent_stays_so_when_colours_are_converted(tmp_path: Path) -> None:
    content = encoded(Image.new("RGBA", (64, 64), (200, 20, 20, 128)), "PNG", profile=swapped())
    assert copy_of(content, tmp_path, 32, 32).getpixel((16, 16)) == pytest.approx((20, 20, 200, 128), abs=12)


@pytest.mark.parametrize("mode", ["RGB", "CMYK", "L"])
@pytest.mark.parametrize("profile", [b"no profile", swapped()[:200], swapped().replace(b"RGB ", b"CMYK")])
def test_a_profile_that_does_not_fit_the_image_is_left_out(tmp_path: Path, mode: str, profile: bytes) -> None:
    plain = Image.new("RGB", (64, 64), (200, 20, 20)).convert(mode)
    found = copy_of(encoded(plain, "JPEG", profile=profile), tmp_path, 32, 32)
    assert found.getpixel((16, 16)) == pytest.approx(plain.convert("RGB").getpixel((16, 16)), abs=12)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_no_byte_of_what_a_camera_noted_matters_but_the_turn(tmp_path: Path, kind: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = _TURNED_RIGHT
    exif[ExifTags.Base.ImageWidth], exif[ExifTags.Base.Make] = 40, "Maker"
    content = encoded(Image.new("RGB", (40, 20), "red"), kind, exif)
    begin = content.index(b"MM\0*" if b"MM\0*" in content else b"II*\0")
    made = refused = 0
    for place in range(begin, begin + len(exif.tobytes()) - 6):
        for value in (0x00, 0x0C, 0xFF):
            broken = content[:place] + bytes([value]) + content[place + 1 :]
            try:
                assert copy_of(broken, tmp_path, 32, 32).size in ((32, 16), (16, 32))
                made += 1
            except InvalidParams:
                refused += 1
    assert made > refused
