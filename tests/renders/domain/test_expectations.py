"""How long it is expected to take (R38)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from renders.domain.expectations import Expected, of_history, one_after_the_other, side_by_side

seconds = st.floats(0, 1_000)
parts = st.lists(st.tuples(seconds, seconds).map(lambda drawn: Expected(min(drawn), max(drawn))), max_size=12)


@given(st.lists(seconds, min_size=1, max_size=200))
def test_half_of_the_samples_are_no_longer_than_typical_and_nine_of_ten_no_longer_than_slow(
    samples: list[float],
) -> None:
    figures = of_history(samples)
    assert {figures.typical, figures.slow} <= set(samples)
    assert sum(sample <= figures.typical for sample in samples) >= len(samples) / 2
    assert sum(sample <= figures.slow for sample in samples) >= 0.9 * len(samples)
    assert figures.typical <= figures.slow


@given(parts)
def test_in_a_row_the_times_add_up_and_not_all_are_slow_on_the_same_day(of: list[Expected]) -> None:
    whole = one_after_the_other(of)
    assert abs(whole.typical - sum(part.typical for part in of)) < 1e-6
    assert whole.typical <= whole.slow <= sum(part.slow for part in of) + 1e-6
    assert all(whole.slow >= part.slow - 1e-6 for part in of)


@given(parts, st.integers(1, 8))
def test_side_by_side_is_no_shorter_than_the_longest_and_no_longer_than_a_row(of: list[Expected], at_once: int) -> None:
    whole, row = side_by_side(of, at_once), one_after_the_other(of)
    assert all(whole.slow >= part.slow - 1e-6 for part in of)
    assert whole.slow <= row.slow + 1e-6
    if at_once == 1:
        assert abs(whole.typical - row.typical) < 1e-6
