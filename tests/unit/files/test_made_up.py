"""Files that are made up are of the type that they are made for, and no larger than they may be."""

from pathlib import Path

import pytest

from torque.files.made_up import _MAKERS, made_up
from torque.files.sniff import media_type


@pytest.mark.parametrize("kind", _MAKERS)
def test_a_made_up_file_is_of_its_type(kind: str, tmp_path: Path) -> None:
    for number in (1, 250, 100_000):
        made = made_up((kind,), 20_000, number)
        assert made is not None
        path = tmp_path / "file"
        path.write_bytes(made.content)
        assert media_type(path, made.name) == kind
        assert made_up((kind,), 20_000, number) == made or "sheet" in kind  # a workbook knows when it was made


def test_a_made_up_file_is_small_enough_or_there_is_none() -> None:
    assert made_up((), 3, 1).content == b"Fil"  # type: ignore[union-attr]
    assert made_up(("image/*",), 1_000, 1).name == "file-1.png"  # type: ignore[union-attr]
    assert made_up(("image/*",), 20, 1) is None and made_up(("video/*", "font/woff2"), 10**6, 1) is None
    assert made_up(("video/mp4", "audio/*"), 10**6, 7).name == "file-7.wav"  # type: ignore[union-attr]
