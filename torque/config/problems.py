"""What is wrong with a configuration, all of it at once, each with where it stands."""

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

LONGEST_WORD = 200
"""Characters of a word that may be a misspelt one."""


class Problem(msgspec.Struct, frozen=True):
    """One thing to correct: the key, the sentence that says what to do, and the place it came from."""

    key: str
    message: str
    where: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


class ConfigError(Exception):
    """The configuration cannot be used."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


def nearest(word: str, valid: Iterable[str]) -> str:
    """Return " Did you mean …?" for the closest valid word, or nothing."""
    found = closest(word, valid)
    return f" Did you mean {found}?" if found is not None else ""


def closest(word: str, valid: Iterable[str], cutoff: float = 0.5) -> str | None:
    """Return the closest valid word; comparing takes as long as the word is, so a long one is close to none."""
    found = get_close_matches(word, list(valid), n=1, cutoff=cutoff) if len(word) <= LONGEST_WORD else []
    return found[0] if found else None
