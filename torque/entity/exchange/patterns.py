"""Text that matches a regular expression, as far as it is without look around and back references."""

import re
import string
from collections.abc import Callable, Sequence
from random import Random

Maker = Callable[[Random], str]

_TIMES = re.compile(r"\{(\d{1,4})(?:(,)(\d{1,4})?)?\}")
_GROUP = re.compile(r"\?(?::|P?<\w+>)")
_WORD = string.ascii_letters + string.digits + "_"
_CLASSES = {"d": string.digits, "w": _WORD, "s": " "}
_SIGNS = {"n": "\n", "r": "\r", "t": "\t"}
_PRINTED = string.ascii_letters + string.digits + " .,:;-_+/()"
_MORE = 3
"""How often more than its least what may repeat without end does."""


def maker_of(pattern: str) -> Maker | None:
    """Return what makes text of a pattern; None where the pattern says more than this understands."""
    try:
        return _Parser(pattern).whole()
    except (ValueError, IndexError):
        return None


class _Parser:
    """Reads a pattern from left to right. Raises ValueError or IndexError at what it does not know."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._place = 0

    def whole(self) -> Maker:
        """Return the maker of all of it."""
        found = self._either()
        if self._place < len(self._pattern):
            raise ValueError("a bracket too many")
        return found

    def _either(self) -> Maker:
        ways = [self._sequence()]
        while self._is_next("|"):
            ways.append(self._sequence())
        return lambda random: random.choice(ways)(random)

    def _sequence(self) -> Maker:
        parts = []
        while self._pattern[self._place : self._place + 1] not in ("", "|", ")"):
            parts.append(self._repeated())
        return lambda random: "".join(part(random) for part in parts)

    def _repeated(self) -> Maker:
        one = self._one()
        least, most = self._times()
        return lambda random: "".join(one(random) for _ in range(random.randint(least, most)))

    def _times(self) -> tuple[int, int]:
        for sign, times in (("?", (0, 1)), ("*", (0, _MORE)), ("+", (1, 1 + _MORE))):
            if self._is_next(sign):
                self._is_next("?")
                return times
        found = _TIMES.match(self._pattern, self._place)
        if found is None:
            return (1, 1)
        self._place = found.end()
        self._is_next("?")
        least = int(found[1])
        return (least, int(found[3]) if found[3] else least + _MORE if found[2] else least)

    def _one(self) -> Maker:
        sign = self._take()
        if sign in "^$":
            return lambda _: ""
        if sign == "(":
            return self._group()
        if sign == "[":
            return _any_of(self._listed())
        if sign == "\\":
            sign = self._take()
            return (lambda _: "") if sign in "bAzZ" else _any_of(_escaped(sign))
        if sign in "*+?{":
            raise ValueError("nothing to repeat")
        return _any_of(_PRINTED if sign == "." else sign)

    def _group(self) -> Maker:
        if named := _GROUP.match(self._pattern, self._place):
            self._place = named.end()
        found = self._either()
        if self._take() != ")":
            raise ValueError("a bracket too few")
        return found

    def _listed(self) -> Sequence[str]:
        """Return the characters between square brackets."""
        others, found = self._is_next("^"), ""
        while not self._is_next("]"):
            sign = self._take()
            if sign == "[":
                raise ValueError("sets of sets")
            some = _escaped(self._take()) if sign == "\\" else sign
            if self._pattern[self._place] == "-" and self._pattern[self._place + 1] != "]" and len(some) == 1:
                self._place += 1
                last = self._take()
                last = _escaped(self._take()) if last == "\\" else last
                some = "".join(map(chr, range(ord(some), ord(last) + 1)))
            found += some
        return [sign for sign in _PRINTED if sign not in found] if others else found

    def _take(self) -> str:
        self._place += 1
        return self._pattern[self._place - 1]

    def _is_next(self, sign: str) -> bool:
        """Tell whether a character comes next, and go past it."""
        found = self._pattern.startswith(sign, self._place)
        self._place += found
        return found


def _escaped(sign: str) -> str:
    """Return the characters that one behind a backslash stands for."""
    if sign in _CLASSES:
        return _CLASSES[sign]
    if sign in _SIGNS:
        return _SIGNS[sign]
    if sign.isalnum():
        raise ValueError("a class of its own")
    return sign


def _any_of(signs: Sequence[str]) -> Maker:
    if not signs:
        raise ValueError("nothing to choose from")
    return lambda random: random.choice(signs)
