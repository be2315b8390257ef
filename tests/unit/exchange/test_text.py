"""What a piece of text means, and what it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torque.model.infer import text
from torque.model.infer.text import Style

COMMA, DAY_FIRST = Style(decimal_comma=True), Style(day_first=True)


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ("12", 12), ("-3", -3), ("+7", 7), ("3.0", 3), ("3.5", None), ("", None), ("1e3", None), ("1,5", None),
        ("1.000", None), ("0.000", 0),
        ("9007199254740991", 2**53 - 1), ("9007199254740992", None),
    ],
)  # fmt: skip
def test_whole_numbers_are_those_that_browsers_hold(found: str, wanted: int | None) -> None:
    assert text.integer(found) == wanted


@pytest.mark.parametrize(
    ("found", "style", "wanted"),
    [
        ("9.80", text.PLAIN, 9.8), ("1,234.50", text.PLAIN, 1234.5), ("1.234,50", COMMA, 1234.5), ("0,5", COMMA, 0.5),
        ("0,5", text.PLAIN, None), ("1.2.3", text.PLAIN, None), ("12345678901234567", text.PLAIN, None),
        (".5", text.PLAIN, 0.5),
    ],
)  # fmt: skip
def test_decimals_keep_all_their_digits_or_are_none(found: str, style: Style, wanted: float | None) -> None:
    assert text.decimal(found, style) == wanted


@pytest.mark.parametrize(
    ("found", "style", "wanted"),
    [
        ("1.5", COMMA, None), ("12.34", COMMA, None), ("1.234", COMMA, 1234), ("0.123", COMMA, None),
        ("1234", COMMA, 1234),
        ("0,123", text.PLAIN, None), ("1,234", text.PLAIN, 1234), ("12,34", text.PLAIN, None),
    ],
)  # fmt: skip
def test_groups_are_three_digits_or_no_groups(found: str, style: Style, wanted: float | None) -> None:
    assert text.decimal(found, style) == wanted and text.number(found, style) == wanted


@pytest.mark.parametrize(
    ("found", "style", "wanted"),
    [
        ("$1,234.56", Style(currency="$"), 1234.56), ("1.234,56 €", Style(False, True, "EUR"), 1234.56),
        ("EUR 12,50", Style(False, True, "EUR"), 12.5), ("€-5", Style(False, True, "EUR"), -5),
        ("-$5.00", Style(currency="$"), -5), ("($5.00)", Style(currency="$"), -5),
        ("CHF 1'234.50", Style(currency="CHF"), 1234.5),
        ("1\u202f234,56\u00a0€", Style(False, True, "EUR"), 1234.56), ("7", Style(currency="$"), 7),
        ("$5", text.PLAIN, None), ("€5", Style(currency="$"), None), ("5 SAS", Style(currency="$"), None),
        ("$", Style(currency="$"), None), ("-($5)", Style(currency="$"), None), ("$5$", Style(currency="$"), None),
    ],
)  # fmt: skip
def test_amounts_are_numbers_where_their_currency_is_expected(found: str, style: Style, wanted: float | None) -> None:
    assert text.decimal(found, style) == wanted


@pytest.mark.parametrize(
    ("found", "wanted"),
    [("ja", True), ("Nein", False), ("OUI", True), ("non", False), ("sí", True), ("no", False), ("vielleicht", None)],
)
def test_true_and_false_are_known_in_several_languages(found: str, wanted: bool | None) -> None:
    assert text.boolean(found) is wanted


@pytest.mark.parametrize(
    ("found", "style", "wanted"),
    [
        ("2026-02-28", text.PLAIN, "2026-02-28"), ("2026-02-30", text.PLAIN, None),
        ("2026/2/3", text.PLAIN, "2026-02-03"),
        ("31.12.2025", text.PLAIN, "2025-12-31"), ("3/4/2026", text.PLAIN, "2026-03-04"),
        ("3/4/2026", DAY_FIRST, "2026-04-03"), ("5 May 2026", text.PLAIN, "2026-05-05"),
        ("May 5, 2026", text.PLAIN, "2026-05-05"), ("tomorrow", text.PLAIN, None),
    ],
)  # fmt: skip
def test_days_are_read_in_the_ways_people_write_them(found: str, style: Style, wanted: str | None) -> None:
    assert text.day(found, style) == wanted


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ("2026-01-31 09:15:00", "2026-01-31T09:15:00.000000Z"),
        ("2026-01-31T09:15:00Z", "2026-01-31T09:15:00.000000Z"),
        ("2026-01-31T09:15:00.25+02:00", "2026-01-31T07:15:00.250000Z"),
        ("1996-07-04 00:00:00.000", "1996-07-04T00:00:00.000000Z"),
        ("1/31/2026 9:15 PM", "2026-01-31T21:15:00.000000Z"),
        ("2026-01-31 09:15:00 +0100", "2026-01-31T08:15:00.000000Z"), ("2026-01-31", "2026-01-31T00:00:00.000000Z"),
        ("2026-01-31 25:00", None), ("9:15", None),
    ],
)  # fmt: skip
def test_points_in_time_become_utc(found: str, wanted: str | None) -> None:
    assert text.moment(found) == wanted


@given(st.integers(-(2**53) + 1, 2**53 - 1))
def test_every_whole_number_is_read_back(number: int) -> None:
    assert text.integer(str(number)) == number


@given(st.datetimes(min_value=text.datetime(1, 1, 2), max_value=text.datetime(9999, 12, 30)))
def test_every_point_in_time_is_read_back(moment: text.datetime) -> None:
    assert text.moment(moment.isoformat()) == moment.isoformat(timespec="microseconds") + "Z"


@given(st.text(max_size=30))
def test_no_text_breaks_a_reader(found: str) -> None:
    for read in text.READERS.values():
        read(found, text.PLAIN)
        read(found, Style(True, True))
        read(found, Style(False, True, "EUR"))
