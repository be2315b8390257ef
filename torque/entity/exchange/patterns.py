"""Text that matches a regular expression, as far as it is without look around and back references."""

import re
import string
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple, Protocol, TypeVar

T = TypeVar("T")


class Chance(Protocol):
    """What decides where a pattern leaves something open: `random.Random`, or a number."""

    def choice(self, among: Sequence[T], /) -> T:
        """Return one of them."""

    def randint(self, least: int, most: int, /) -> int:
        """Return one of the numbers from one to another."""


Maker = Callable[[Chance], str]

_TIMES = re.compile(r"\{(\d{1,4})(?:(,)(\d{1,4})?)?\}")
_GROUP = re.compile(r"\?(?::|P?<\w+>)")
_WORD = string.ascii_letters + string.digits + "_"
_CLASSES = {"d": string.digits, "w": _WORD, "s": " "}
_SIGNS = {"n": "\n", "r": "\r", "t": "\t"}
_PRINTED = string.ascii_letters + string.digits + " .,:;-_+/()"
_MORE = 3
"""How often more than its least what may repeat without end does."""

_MOST = 1 << 16
"""Characters and repetitions in one text: a pattern in a pattern multiplies them."""

_DEEPEST = 20
_SURROGATES = range(0xD800, 0xE000)


class Numbered:
    """Decides by a number, digit by digit, so that other numbers lead to other texts.

    Parameters
    ----------
    random
        Says where each digit begins, so that texts do not look counted; the same for all numbers.
    number
        From 0.
    """

    def __init__(self, random: Random, number: int) -> None:
        self._random = random
        self.left = number
        """What was not needed: above 0, another number leads to the same text."""

    def choice(self, among: Sequence[T], /) -> T:
        """Return one of them."""
        return among[self.randint(0, len(among) - 1)]

    def randint(self, least: int, most: int, /) -> int:
        """Return one of the numbers from one to another."""
        count = most - least + 1
        self.left, digit = divmod(self.left, count)
        return least + (digit + self._random.randrange(count)) % count


class _Part(NamedTuple):
    """What makes a part of a text, and how many characters and repetitions that takes at most."""

    make: Maker
    most: int


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
        self._depth = 0

    def whole(self) -> Maker:
        """Return the maker of all of it."""
        found = self._either()
        if self._place < len(self._pattern):
            raise ValueError("a bracket too many")
        return found.make

    def _either(self) -> _Part:
        ways = [self._sequence()]
        while self._is_next("|"):
            ways.append(self._sequence())
        return _Part(lambda random: random.choice(ways).make(random), max(way.most for way in ways))

    def _sequence(self) -> _Part:
        parts = []
        while self._pattern[self._place : self._place + 1] not in ("", "|", ")"):
            parts.append(self._repeated())
        most = 1 + sum(part.most for part in parts)
        return _bounded(lambda random: "".join(part.make(random) for part in parts), most)

    def _repeated(self) -> _Part:
        one = self._one()
        least, most = self._times()
        if least > most:
            raise ValueError("no such number of times")
        return _bounded(
            lambda random: "".join(one.make(random) for _ in range(random.randint(least, most))), one.most * most
        )

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

    def _one(self) -> _Part:
        sign = self._take()
        if sign in "^$":
            return _NOTHING
        if sign == "(":
            return self._group()
        if sign == "[":
            return _any_of(self._listed())
        if sign == "\\":
            sign = self._take()
            return _NOTHING if sign in "bAzZ" else _any_of(_escaped(sign))
        if sign in "*+?{":
            raise ValueError("nothing to repeat")
        return _any_of(_PRINTED if sign == "." else sign)

    def _group(self) -> _Part:
        if named := _GROUP.match(self._pattern, self._place):
            self._place = named.end()
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError("too deep")
        found = self._either()
        self._depth -= 1
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
                some = _from_to(some, last)
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


def _bounded(make: Maker, most: int) -> _Part:
    if most > _MOST:
        raise ValueError("too long")
    return _Part(make, most)


def _from_to(first: str, last: str) -> str:
    """Return the characters from one to another."""
    if len(last) != 1:
        raise ValueError("no end of a range")
    return "".join(chr(code) for code in range(ord(first), ord(last) + 1) if code not in _SURROGATES)


def _any_of(signs: Sequence[str]) -> _Part:
    if not signs:
        raise ValueError("nothing to choose from")
    return _Part(lambda random: random.choice(signs), 1)


_NOTHING = _Part(lambda _: "", 1)
