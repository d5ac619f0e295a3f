"""The metrics page: the answer in a sentence, the figures, charts, and the tables behind them (R63)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Max

from monitoring import terms
from monitoring.figures.tally import Tally
from monitoring.metrics.choice import Choice, Span
from monitoring.metrics.figures import Figures, Named, figures_of
from monitoring.metrics.pictures import pictures_of
from monitoring.models import DailyStat, RunOutcome
from renderhub.lib import clock
from renders.presentation import stages
from renders.presentation.job_types import JOB_TYPES
from renders.presentation.times import duration

MOST_FAILURES = 12
_LATE = timedelta(minutes=15)
"""After so long figures are not on their way any more, but missing."""


@dataclass(frozen=True)
class Tile:
    name: str
    figure: str
    note: str
    bad: bool = False


@dataclass(frozen=True)
class Row:
    """One row of a table of shares, with the length of its bar in percent."""

    named: Named
    stage: str
    bar: float


def page_of(choice: Choice) -> dict[str, Any]:
    """What the template shows; a fixed number of queries, whatever there is."""
    figures = figures_of(choice)
    return {
        "choice": choice,
        "figures": figures,
        "sentence": _sentence(figures),
        "tiles": _tiles(figures),
        "pictures": pictures_of(figures),
        "stages": _rows(figures.stages, lambda named: named.sum.average or 0.0),
        "providers": _rows(figures.providers, lambda named: named.sum.total),
        "failures": _rows(figures.failures[:MOST_FAILURES], lambda named: named.sum.total),
        "more_failures": len(figures.failures) - MOST_FAILURES,
        "spans": [{"title": span.told, "url": choice.query(span=span), "chosen": span is choice.span} for span in Span],
        "kinds": _kinds(choice),
        "earlier": choice.earlier().query(),
        "later": later.query() if (later := choice.later()) else "",
        "without_provider": choice.query(provider=""),
        **_freshness(),
    }


def _sentence(figures: Figures) -> str:
    if figures.choice.provider:
        calls = figures.calls
        if not calls.total:
            return f"{figures.choice.provider} was not called in {figures.choice.told}."
        told = f"{calls.good} of {calls.total} calls of {figures.choice.provider} were answered: {calls.tally.told}."
        return f"In {figures.choice.told}, {told}"
    parts = []
    if figures.promises.total:
        tally = figures.promises.tally
        met = "on" if tally.meets(terms.target()) else "below"
        were = "video was" if tally.total == 1 else "videos were"
        parts.append(f"{tally.good} of {tally.total} {were} ready in time: {tally.told}, {met} target")
    if figures.runs.total:
        runs = "run" if figures.runs.total == 1 else "runs"
        parts.append(f"{figures.runs.good} of {figures.runs.total} {runs} completed: {figures.runs.tally.told}")
    if not parts:
        return f"Nothing ended and nothing was due in {figures.choice.told}."
    worst = ""
    if figures.failures:
        first = figures.failures[0]
        at = f" at {stages.title(first.stage)}" if first.stage else ""
        worst = f" Most failures: {first.code}{at} ({first.sum.total})."
    on = "On" if figures.choice.span is Span.DAY else "In"
    return f"{on} {figures.choice.told}, {'; '.join(parts)}.{worst}"


def _tiles(figures: Figures) -> list[Tile]:
    if figures.choice.provider:
        calls = figures.calls
        return [
            Tile("Answered", calls.tally.told, f"{calls.good} of {calls.total}"),
            *_times(calls.average, calls.p50, calls.p95, before=None),
        ]
    runs, promises = figures.runs, figures.promises
    then, due_then = figures.runs_before, figures.promises_before
    return [
        Tile(
            "On time",
            promises.tally.told,
            _beside(promises.tally, due_then.tally),
            bad=promises.tally.meets(terms.target()) is False,
        ),
        Tile("Success", runs.tally.told, _beside(runs.tally, then.tally)),
        Tile("With a fallback", runs.fallbacks.told, _beside(runs.fallbacks, then.fallbacks)),
        *_times(runs.average, runs.p50, runs.p95, before=(then.average, then.p50, then.p95)),
    ]


def _times(
    average: float | None, p50: float | None, p95: float | None, before: tuple[float | None, ...] | None
) -> list[Tile]:
    named = zip(("Average time", "Median", "p95"), (average, p50, p95), before or (None, None, None), strict=True)
    return [
        Tile(name, _duration(value), f"before: {duration(then)}" if then is not None else "")
        for name, value, then in named
    ]


def _beside(tally: Tally, before: Tally) -> str:
    """`132 of 135, 0.8 points more`: against as many days before."""
    if not tally.total:
        return "none"
    told = f"{tally.good} of {tally.total}"
    if tally.rate is None or before.rate is None:
        return told
    points = (tally.rate - before.rate) * 100
    if abs(points) < Fraction(1, 20):
        return f"{told}, as before"
    return f"{told}, {float(abs(points)):.1f} points {'more' if points > 0 else 'less'}"


def _duration(seconds: float | None) -> str:
    return "–" if seconds is None else duration(seconds)


def _rows(named: Sequence[Named], size: Any) -> list[Row]:
    most = max((size(one) for one in named), default=0) or 1
    return [Row(one, stages.title(one.stage) if one.stage else "–", round(100 * size(one) / most, 2)) for one in named]


def _kinds(choice: Choice) -> list[dict[str, Any]]:
    kinds = [("", "All kinds"), *((kind.value, name) for kind, name in JOB_TYPES.items())]
    return [
        {"title": name, "url": choice.query(job_type=kind), "chosen": kind == choice.job_type} for kind, name in kinds
    ]


def _freshness() -> dict[str, Any]:
    """When the figures were counted, and whether they ought to have been since."""
    counted = DailyStat.objects.aggregate(last=Max("counted_at"))["last"]
    forgotten = RunOutcome.objects.filter(rolled=False, ended_at__lt=clock.now() - _LATE).exists()
    return {"counted": counted, "forgotten": forgotten}
