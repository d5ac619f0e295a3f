"""How often a provider may be called (R39)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renders.domain.limits import Limit, LimitMalformed, Rate, next_turn, read, taken

START = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
rates = st.builds(Rate, calls=st.integers(1, 700), seconds=st.sampled_from([1.0, 60.0, 3600.0]))


def test_limits_are_read_as_they_are_written() -> None:
    assert read(["image=600/min", "speech=5", "speech=2/s", "day=10/day"]) == {
        "image": Limit(rate=Rate(600, 60)),
        "speech": Limit(at_once=5, rate=Rate(2, 1)),
        "day": Limit(rate=Rate(10, 86_400)),
    }


@pytest.mark.parametrize(
    "written", ["", "speech", "speech=", "=5", "speech=0", "speech=5/week", "speech=-1", "a=1/min/s"]
)
def test_what_is_no_limit_is_said_so(written: str) -> None:
    with pytest.raises(LimitMalformed, match="written as"):
        read([written])


@given(rates, st.lists(st.floats(0, 0.2), min_size=1, max_size=80))
def test_no_window_wherever_it_begins_holds_more_calls_than_the_limit(rate: Rate, gaps: list[float]) -> None:
    now, full_at, granted = START, None, []
    for gap in gaps:
        now += timedelta(seconds=gap * rate.seconds)
        allowed, full_at = taken(full_at, now, rate)
        if allowed:
            granted.append(now)
    for first in granted:
        end = first + timedelta(seconds=rate.seconds)
        assert sum(first <= moment < end for moment in granted) <= rate.calls


@given(rates)
def test_after_a_pause_a_tenth_may_come_at_once_and_then_one_after_the_other(rate: Rate) -> None:
    full_at, now = None, START
    for _ in range(rate.burst):
        allowed, full_at = taken(full_at, now, rate)
        assert allowed
    assert not taken(full_at, now, rate)[0]
    later = now + timedelta(seconds=rate.interval, microseconds=1)
    assert taken(full_at, later, rate)[0]


@given(st.none() | st.floats(-100, 100), st.floats(0.01, 100), st.floats(1, 60))
def test_whoever_waits_gets_a_place_of_his_own_within_the_longest_wait(
    told: float | None, spacing: float, longest: float
) -> None:
    before = None if told is None else START + timedelta(seconds=told)
    turn = next_turn(before, START, spacing, longest)
    assert START < turn <= START + timedelta(seconds=longest)
    if before is not None and turn < START + timedelta(seconds=longest):
        assert turn > before
