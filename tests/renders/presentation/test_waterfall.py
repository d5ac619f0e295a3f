from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from renders.presentation.waterfall import Axis

START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
spans = st.lists(
    st.tuples(st.floats(0, 5000), st.floats(0, 400)).map(
        lambda pair: (START + timedelta(seconds=pair[0]), START + timedelta(seconds=sum(pair)))
    ),
    min_size=1,
    max_size=12,
)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_bars_are_to_scale():
    axis = Axis([(at(0), at(10)), (at(10), at(40))])
    assert axis.bar(at(10), at(40)).left == 25
    assert axis.bar(at(10), at(40)).width == 75
    assert not axis.cuts


def test_a_long_idle_stretch_is_cut_and_marked():
    axis = Axis([(at(0), at(10)), (at(310), at(320))])
    assert [(cut.left, cut.width, cut.seconds) for cut in axis.cuts] == [(46.0, 8.0, 300.0)]
    assert axis.bar(at(310), at(320)).width == 46
    assert axis.seconds == 320


def test_without_attempts_there_is_no_axis():
    axis = Axis([])
    assert (axis.seconds, axis.start, axis.cuts) == (0.0, None, [])
    assert axis.bar(at(0), at(1)).width == 0


@given(spans)
def test_bars_stay_on_the_axis_in_the_order_of_time(given_spans):
    axis = Axis(given_spans)
    placed = [(start, axis.bar(start, end)) for start, end in sorted(given_spans)]
    assert all(bar.left >= 0 and bar.left + bar.width <= 100.01 for _, bar in placed)
    lefts = [bar.left for _, bar in placed]
    assert lefts == sorted(lefts)
