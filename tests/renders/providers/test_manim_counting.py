"""Numbers on their way up, and where in a narration a thing is spoken of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renders.providers.manim.choreography.counting import can_count, counted
from renders.providers.manim.choreography.speech import moments


@pytest.mark.parametrize(
    ("text", "share", "shown"),
    [
        ("2,525", 0.1, "  252"),
        ("2,525", 0.5, "1,262"),
        ("12.5", 0.1, " 1.2"),
        ("12.5", 0.0, " 0.0"),
        ("0.75", 0.1, "0.07"),
        ("82,5", 0.0, " 0,0"),
        ("20 GW", 0.5, "10 GW"),
        ("−30", 0.1, "− 3"),
        ("$1.2 trillion", 0.5, "$0.6 trillion"),
        ("१२,३४५", 0.1, " १,२३४"),
        ("1\u202f500\u202f000", 0.001, "    1\u202f500"),
        ("no number", 0.5, "no number"),
    ],
)
def test_every_digit_keeps_its_place_on_the_way_up(text: str, share: float, shown: str) -> None:
    assert counted(text, share) == shown


@given(value=st.integers(1, 10**9), share=st.floats(0, 1), decimals=st.integers(0, 2))
def test_it_never_shows_more_than_the_value_and_ends_with_it(value: int, share: float, decimals: int) -> None:
    text = f"{value / 10**decimals:,.{decimals}f} km"
    shown = counted(text, share)
    assert len(shown) == len(text)
    assert counted(text, 1.0) == text
    assert float(shown.removesuffix(" km").replace(",", "").strip()) <= float(text.removesuffix(" km").replace(",", ""))


@pytest.mark.parametrize("text", ["1969", "3–5", "10/12", "", "many", "0", "1" * 30])
def test_years_ranges_and_what_is_no_number_do_not_count(text: str) -> None:
    assert not can_count(text)


@pytest.mark.parametrize("text", ["2,525", "1969 km", "12.5", "−30", "82 %", "१२"])
def test_amounts_do(text: str) -> None:
    assert can_count(text)


def test_a_thing_is_found_by_its_words_in_other_forms_and_by_its_number() -> None:
    narration = "First some words about rivers. Then 2,525 kilometres of water. At last the glaciers melted away."
    at = moments(narration, ["River", "2525 km", "Melting glaciers", "elephants"], "en")
    assert at[3] is None
    first, second, third = (when for when in at if when is not None)
    assert first < second < third


def test_what_is_listed_later_is_looked_for_later() -> None:
    narration = "The plan for plants. Then came plants of steel. Finally plants of glass."
    first, second, third = moments(narration, ["plants", "plants of steel", "plants"], "en")
    assert first is not None
    assert second is not None
    assert third is not None
    assert first < second < third


@given(st.text(max_size=80), st.lists(st.text(max_size=30), max_size=4))
def test_no_text_is_too_strange(narration: str, groups: list[str]) -> None:
    assert len(moments(narration, groups, "hi")) == len(groups)
