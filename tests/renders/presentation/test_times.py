from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renders.presentation.times import duration, relative

NOW = datetime(2026, 11, 22, 5, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0.0 s"),
        (0.0004, "1 ms"),
        (0.0124, "12 ms"),
        (0.0996, "0.1 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (41, "41 s"),
        (59.4, "59 s"),
        (59.6, "1 m 00 s"),
        (72, "1 m 12 s"),
        (3599.7, "1 h 00 m"),
        (7500, "2 h 05 m"),
        (273600, "3 d 4 h"),
    ],
)
def test_durations_have_two_units_at_most(seconds, told):
    assert duration(seconds) == told


@given(st.floats(0, 1e7))
def test_no_unit_overflows(seconds):
    parts = duration(seconds).split()
    limits = {"ms": 100, "s": 60, "m": 60, "h": 24}
    assert all(float(number) < limits.get(unit, 1e9) for number, unit in zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(1, "just now"), (-1, "just now"), (12, "12 s ago"), (200, "3 m ago"), (-1500, "in 25 m"), (7300, "2 h ago")],
)
def test_distances_have_one_unit(seconds, told):
    assert relative(NOW - timedelta(seconds=seconds), NOW) == told
