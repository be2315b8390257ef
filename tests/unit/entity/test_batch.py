"""Batches: lists travel as the text of arrays, whatever stands in them."""

from hypothesis import given
from hypothesis import strategies as st

from torque.entity.batch import plain, quoted

TEXTS = st.lists(st.text(max_size=8).filter(lambda text: "\0" not in text), max_size=6)


def test_plain_lists_are_joined() -> None:
    assert plain(["1", "2"]) == "{1,2}"
    assert plain([]) == quoted([]) == "{}"


def parsed(array: str) -> list[str]:
    """Read the text of a one-dimensional array of quoted elements as Postgres does."""
    elements, text, at = [], "", 1
    while at < len(array) - 1:
        assert array[at] == '"'
        at += 1
        while array[at] != '"':
            at += array[at] == "\\"
            text += array[at]
            at += 1
        elements.append(text)
        text, at = "", at + 2
    return elements


@given(TEXTS)
def test_quoted_lists_say_exactly_their_elements(texts: list[str]) -> None:
    assert parsed(quoted(texts)) == texts


def test_separators_and_quotes_inside_are_kept() -> None:
    texts = ["a\x1fb", '"', "\\", "NULL", "", "{},", "\x1f"]
    assert parsed(quoted(texts)) == texts
