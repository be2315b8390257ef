"""Made-up text matches the pattern of its field."""

import re
from random import Random

import pytest

from torque.entity.exchange.patterns import Numbered, maker_of


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{3}-[0-9]{4}$", r"^\d{5}(?:-\d{4})?$", r"^(red|green|blue)$", r"^\+?[1-9]\d{1,14}$",
        r"^[^\s@]+@[^\s@]+\.[a-z]{2,}$",
        r"^#(?P<hex>[0-9a-fA-F]{6})$",
        r"^[a-z0-9]+(?:-[a-z0-9]+)*$", r"^[\w.\-]+$", r"^a.c?d*?$", r"^[-+]?[$(){}|]{2}\\$",
        r"^DE\d{2} ?(\d{4} ?){4}\d{2}$", r"^(19|20)\d\d$", r"", r"^x{2,}$", r"^[\]a\-z]$", r"^(|a)$",
    ],
)  # fmt: skip
def test_text_is_made_that_matches(pattern: str) -> None:
    made = maker_of(pattern)
    assert made is not None
    for number in range(200):
        text = made(Random(number))
        assert re.search(pattern, text), text
    assert made(Random(7)) == made(Random(7))


@pytest.mark.parametrize(
    "pattern", [r"(?=a)b", r"(a)\1", r"\p{L}", r"[a", r"(a", r"a)", r"[^\w\W]", r"a**", r"[[:alpha:]]", "a\\"]
)
def test_what_is_not_understood_is_left_to_others(pattern: str) -> None:
    assert maker_of(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    [
        r"a{3,2}", r"[a-\d]", "(" * 250 + "a" + ")" * 250, "a{9999}" * 9, r"(((a{999}){999}){999}){999}",
        r"((((){999}){999}){999}){999}",
    ],
)  # fmt: skip
def test_a_pattern_that_has_no_text_or_one_without_measure_is_left_to_others(pattern: str) -> None:
    assert maker_of(pattern) is None


def test_characters_of_a_range_can_all_be_stored() -> None:
    made = maker_of("^[\ud7f0-\ue00f]{99}$")
    assert made is not None
    assert made(Random(1)).encode("utf-8")


@pytest.mark.parametrize("pattern", [r"^[A-Z]{2}-[0-9]{4,}$", r"^[A-Z]{3}-\d{3}$", r"^(red|green)-[a-z0-9]{5}$"])
def test_numbers_lead_to_texts_of_their_own_as_long_as_the_pattern_has_so_many(pattern: str) -> None:
    made = maker_of(pattern)
    assert made is not None
    told, texts = 0, set()
    for number in range(120_000):
        chance = Numbered(Random("a"), number)
        text = made(chance)
        if chance.left == 0:
            assert re.search(pattern, text), text
            told += 1
            texts.add(text)
    assert told == len(texts) > 100_000


def test_a_number_beyond_what_a_pattern_has_is_left_over() -> None:
    made = maker_of("^[ab][cd]$")
    assert made is not None
    chances = [Numbered(Random("a"), number) for number in range(5)]
    assert len({made(chance) for chance in chances[:4]}) == 4
    made(chances[4])
    assert [chance.left > 0 for chance in chances] == [False] * 4 + [True]
