from __future__ import annotations

import math

import pytest

from renders.look.content import Content, number_of, text_of, write_number


@pytest.mark.parametrize(
    ("given", "number"),
    [
        (82, 82),
        ("2,525 km", 2525),
        ("1,00,000", 100_000),  # grouped the Indian way
        ("12,5", 12.5),
        ("2 525", 2525),
        ("about -3.5 °C", -3.5),
        ("−4", -4),
        ("1e3", 1000),
        ("many", None),
        ("", None),
        (True, None),
        (None, None),
        (math.nan, None),
        (math.inf, None),
        ("1e999", None),
        (10**400, None),
        (10**13, None),
    ],
)
def test_a_number_is_read_from_what_people_write(given: object, number: float | None) -> None:
    assert number_of(given) == number


@pytest.mark.parametrize(
    ("number", "language", "written"),
    [
        (2525, "en", "2525"),
        (12_500, "en", "12\u202f500"),
        (-1_234_567, "hi", "−1\u202f234\u202f567"),
        (82.0, "en", "82"),
        (2.6, "ru", "2,6"),
        (34.56, "en", "34.6"),
        (0.126, "en", "0.13"),
    ],
)
def test_a_number_is_written_for_people(number: float, language: str, written: str) -> None:
    assert write_number(number, language) == written


def test_texts_are_bounded_and_clean_whatever_comes() -> None:
    assert text_of("x" * 10**6) == "x" * 240
    assert text_of("NASA's 'rover' - it moves...") == "NASA’s 'rover' – it moves…"
    assert [text_of(value) for value in (None, {}, [1], b"x", True)] == [""] * 5
    assert text_of(5) == "5"


def test_rows_of_a_wrong_form_are_left_out() -> None:
    content = Content({"series": [{"label": "a", "value": "3 km"}, "b", {"label": "c", "value": math.nan}, None]})
    assert [(amount.label, amount.value, amount.shown) for amount in content.amounts()] == [("a", 3, "3 km")]
    assert Content({"events": [{"when": 1961}, {"what": ""}, 5]}).events() == [("1961", "")]
    assert Content({"left": "alone", "right": []}).side("right") is None
