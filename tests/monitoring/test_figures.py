"""The arithmetic of the figures, for whatever there may be."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.charts import axis
from monitoring.charts.days import Bar, Piece, columns, curves
from monitoring.figures import days, histogram
from monitoring.figures.tally import Tally, percent, target_of, total

ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia")]
durations = st.lists(st.floats(0.001, 200_000), min_size=1, max_size=200)
tallies = st.integers(0, 5000).flatmap(lambda n: st.builds(Tally, st.just(n), st.integers(0, n)))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))


def nearest_rank(values, share):
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1]


@given(st.lists(durations, min_size=1, max_size=5), st.sampled_from([0.01, 0.5, 0.9, 0.95, 0.99, 1.0]))
def test_percentiles_of_days_added_up_are_those_of_all_their_durations_but_for_the_stated_error(parts, share):
    added = histogram.merged(histogram.counted(part) for part in parts)
    true = nearest_rank([value for part in parts for value in part], share)
    found = histogram.percentile(added, share)
    assert found == pytest.approx(true, rel=histogram.ERROR + 1e-9)


@given(st.lists(durations, max_size=5))
def test_a_histogram_survives_being_stored(parts):
    whole = histogram.merged(histogram.counted(part) for part in parts)
    assert histogram.from_json({str(number): count for number, count in whole.items()}) == whole


def test_nothing_has_no_percentile():
    assert histogram.percentile(histogram.counted([]), 0.5) is None


@given(tallies, st.integers(1, 10_000))
def test_a_rate_is_never_shown_as_more_than_it_is(tally, target):
    wanted = Fraction(target, 10_000)
    told = percent(tally.rate)
    if tally.rate is None:
        assert told == "–"
        return
    shown = Fraction(told.removesuffix("\u00a0%")) / 100
    assert shown <= tally.rate < shown + Fraction(1, 1000)
    assert (told == "100\u00a0%") == (tally.good == tally.total)
    assert tally.meets(wanted) is (tally.good * 10_000 >= target * tally.total)


@pytest.mark.parametrize(
    ("good", "of", "told"),
    [(19, 20, "95\u00a0%"), (949, 1000, "94.9\u00a0%"), (94_999, 100_000, "94.9\u00a0%"), (0, 3, "0\u00a0%"),
     (2, 3, "66.6\u00a0%"), (999_999, 1_000_000, "99.9\u00a0%"), (90_000, 99_990, "90.0\u00a0%")],
)  # fmt: skip
def test_rates_are_cut_off_not_rounded(good, of, told):
    assert Tally(of, good).told == told


def test_a_target_is_what_is_written():
    assert target_of(95.1) == Fraction(951, 1000)
    assert Tally(1000, 951).meets(target_of(95.1))
    assert not Tally(10_000, 9509).meets(target_of(95.1))


@given(st.lists(tallies))
def test_tallies_add_up(parts):
    whole = total(parts)
    assert (whole.total, whole.good) == (sum(p.total for p in parts), sum(p.good for p in parts))


@given(moments, times, st.sampled_from(ZONES))
def test_every_due_time_is_in_exactly_one_report_the_first_one_after_it(due, at, zone):
    day = days.report_day(due, at, zone)
    written, before = days.moment(day, at, zone), days.moment(day - timedelta(days=1), at, zone)
    assert before < due <= written or written == before  # Apia left out a whole day once
    assert days.last_report_day(written, at, zone) == day


@pytest.mark.parametrize(
    ("day", "utc"),
    [(date(2026, 3, 28), 5), (date(2026, 3, 29), 4), (date(2026, 10, 24), 4), (date(2026, 10, 25), 5)],
)
def test_six_oclock_is_six_by_the_clocks_of_the_place(day, utc):
    assert days.moment(day, time(6), ZoneInfo("Europe/Berlin")) == datetime(
        day.year, day.month, day.day, utc, tzinfo=UTC
    )


@given(st.integers(0, 10**9))
def test_axes_begin_at_zero_hold_everything_and_have_few_lines(most):
    for made in (axis.of_counts(most), axis.of_durations(float(most))):
        assert made.lines[0].label == "0"
        assert made.top >= most
        assert made.y(most) >= axis.ABOVE
        assert 2 <= len(made.lines) <= 6
        assert len({line.label for line in made.lines}) == len(made.lines)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=30))
def test_columns_stand_side_by_side_and_are_as_high_as_what_they_show(values):
    shown = [date(2026, 1, 1) + timedelta(days=n) for n in range(len(values))]
    scale = axis.of_counts(max(good + bad for good, bad in values))
    bars = [
        Bar(day, [Piece(good, "good"), Piece(bad, "bad")], str(good), "plain", float(bad), "")
        for day, (good, bad) in zip(shown, values, strict=True)
    ]
    chart = columns(scale, bars)
    for column, following in zip(chart.columns, chart.columns[1:], strict=False):
        assert column.x + column.width < following.x
    for column, (good, bad) in zip(chart.columns, values, strict=True):
        height = sum(piece.height for piece in column.pieces)
        assert height == pytest.approx((good + bad) / scale.top * axis.HEIGHT, abs=3.2)
    assert chart.columns[-1].key


def test_days_without_a_value_are_left_open_and_labels_stand_apart():
    shown = [date(2026, 1, 1) + timedelta(days=n) for n in range(5)]
    lines = (("p95", "p95", [10.0, 11.0, None, 12.0, 12.0]), ("p50", "median", [9.0, 9.5, None, 11.9, 11.9]))
    chart = curves(axis.of_durations(12.0), shown, lines, lambda value: f"{value:g} s")
    assert [len(curve.pairs) for curve in chart.curves] == [2, 2]
    lower, upper = chart.curves
    assert (lower.label, upper.label) == ("median", "p95")
    assert lower.label_y - upper.label_y >= 36
