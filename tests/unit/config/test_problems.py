"""Hints at what was meant: cheap, however long the word is."""

import pytest

from torque.config import problems
from torque.entity.query.filters import unknown
from torque.model import diagnose

LONG = "status" * 1_000_000


def test_the_closest_word_is_told() -> None:
    assert problems.nearest("statsu", ["label", "status"]) == " Did you mean status?"
    assert unknown("field", "statsu", ["label", "status"]).details["nearest"] == "status"
    assert diagnose.nearest("statsu", ["label", "status"]) == " Did you mean 'status'?"


def test_a_word_without_end_is_compared_with_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def compared(word: str, *_args: object, **_more: object) -> list[str]:
        raise AssertionError(f"compared {len(word)} characters")

    monkeypatch.setattr(problems, "get_close_matches", compared)
    assert problems.nearest(LONG, ["status"]) == ""
    assert "nearest" not in unknown("field", LONG, ["status"]).details
    assert "Known are status" in diagnose.nearest(LONG, ["status"])
