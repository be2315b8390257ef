"""What is wrong with a configuration, all of it at once, each with where it stands."""

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec


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
    found = get_close_matches(word, list(valid), n=1, cutoff=0.5)
    return f" Did you mean {found[0]}?" if found else ""
