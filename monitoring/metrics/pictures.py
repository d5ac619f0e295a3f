"""The charts of the metrics page, from its figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitoring import terms
from monitoring.charts import axis, days
from monitoring.charts.days import Bar, Chart, Piece, Rule
from monitoring.figures.tally import Tally, percent
from monitoring.metrics.figures import Day, Figures, Sum
from renders.presentation.times import duration

_ROOMY = 14
"""Days up to which each has room for a label in full."""


@dataclass(frozen=True)
class Picture:
    """A chart with what it says in one sentence, which is its name for those who do not see it."""

    key: str
    title: str
    about: str
    chart: Chart


def pictures_of(figures: Figures) -> list[Picture]:
    """Those that there is anything to draw of."""
    if figures.choice.provider:
        drawn = [_calls(figures), _call_times(figures)]
    else:
        drawn = [_on_time(figures), _runs(figures), _times(figures)]
    return [picture for picture in drawn if picture is not None]


def _on_time(figures: Figures) -> Picture | None:
    if not any(day.promises.total for day in figures.days):
        return None
    target = terms.target()
    rates = axis.of_rates()
    bars = []
    for day in figures.days:
        tally = day.promises.tally
        met = tally.meets(target)
        piece = Piece(float(tally.rate or 0), "good" if met else "bad")
        told = "nothing was due" if tally.rate is None else f"{tally.told} on time, {tally.good} of {tally.total}"
        bars.append(
            Bar(
                day.day,
                [piece],
                label=_rate_label(tally, met, len(figures.days)),
                label_kind="bad" if met is False else "plain",
                important=float(1 - tally.rate) if tally.rate is not None else 0.0,
                title=f"{_day(day)}: {told}",
            )
        )
    missed = sum(day.promises.tally.meets(target) is False for day in figures.days)
    about = f"Target {percent(target)}, " + ("met every day." if not missed else f"missed on {_days(missed)}.")
    rule = Rule(rates.y(float(target)), f"target {percent(target)}")
    return Picture("on-time", "Ready in time", about, days.columns(rates, bars, rule))


def _rate_label(tally: Tally, met: bool | None, days: int) -> str:
    """Every day's where there is room; of a month, those that missed the target. In percent, as the axis says."""
    if tally.rate is None or (met and days > _ROOMY):
        return ""
    return percent(tally.rate, 0).removesuffix("\u00a0%")


def _runs(figures: Figures) -> Picture | None:
    ended = [day.runs.total for day in figures.days]
    if not any(ended):
        return None
    bars = [_ended(day, day.runs, "completed", "failed for good") for day in figures.days]
    failed = sum(day.runs.failed for day in figures.days)
    about = f"{_count(sum(ended))} ended, {_count(failed) if failed else 'none'} of them failed for good."
    return Picture("runs", "Runs that ended", about, days.columns(axis.of_counts(max(ended)), bars))


def _calls(figures: Figures) -> Picture | None:
    called = [day.calls.total for day in figures.days]
    if not any(called):
        return None
    bars = [_ended(day, day.calls, "answered", "failed") for day in figures.days]
    failed = sum(day.calls.failed for day in figures.days)
    about = f"{_count(sum(called))} calls, {_count(failed) if failed else 'none'} of them failed."
    name = figures.choice.provider
    return Picture("calls", f"Calls of {name}", about, days.columns(axis.of_counts(max(called)), bars))


def _ended(day: Day, whole: Sum, good: str, bad: str) -> Bar:
    failed = f"\u2715\u202f{_count(whole.failed)}" if whole.failed else ""
    return Bar(
        day.day,
        [Piece(whole.good, "good"), Piece(whole.failed, "bad")],
        label=failed or (_count(whole.total) if whole.total else ""),
        label_kind="bad" if failed else "plain",
        important=float(whole.failed) or whole.total / 1e9,
        title=f"{_day(day)}: {_count(whole.good)} {good}, {_count(whole.failed)} {bad}",
    )


def _times(figures: Figures) -> Picture | None:
    return _curves(figures, "times", "Render time", lambda day: day.runs)


def _call_times(figures: Figures) -> Picture | None:
    return _curves(figures, "call-times", f"Time of {figures.choice.provider}’s answers", lambda day: day.calls)


def _curves(figures: Figures, key: str, title: str, of: Callable[[Day], Sum]) -> Picture | None:
    p50 = [of(day).p50 for day in figures.days]
    p95 = [of(day).p95 for day in figures.days]
    longest = max((value for value in p95 if value is not None), default=None)
    if longest is None:
        return None
    lines = (("p95", "p95", p95), ("p50", "median", p50))
    chart = days.curves(axis.of_durations(longest), [day.day for day in figures.days], lines, duration)
    about = f"Half took no longer than the median, 95 of 100 no longer than p95, which was {duration(longest)} at most."
    return Picture(key, title, about, chart)


def _day(day: Day) -> str:
    return f"{day.day:%a} {day.day.day} {day.day:%b}"


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def _count(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")
