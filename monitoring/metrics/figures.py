"""The figures of a choice: one query for the rows of its days, added up here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from monitoring.figures import histogram
from monitoring.figures.days import days_up_to
from monitoring.figures.histogram import Histogram
from monitoring.figures.tally import Tally
from monitoring.metrics.choice import Choice
from monitoring.models import DailyStat, Subject
from renders.domain.stages import ORDER, Stage

_COLUMNS = (
    *("date", "subject", "stage", "provider", "code", "total", "good", "late", "missing", "degraded", "cancelled"),
    *("timed", "seconds", "p50", "p95", "histogram"),
)


@dataclass
class Sum:
    """Rows of one kind, added up."""

    total: int = 0
    good: int = 0
    late: int = 0
    missing: int = 0
    degraded: int = 0
    cancelled: int = 0
    timed: int = 0
    seconds: float = 0.0
    histogram: Histogram = field(default_factory=Histogram)
    exact: tuple[float | None, float | None] | None = None
    """The percentiles of the only row with durations, where it is the only one and has its own."""

    def add(self, row: dict[str, Any]) -> None:
        for name in ("total", "good", "late", "missing", "degraded", "cancelled"):
            setattr(self, name, getattr(self, name) + row[name])
        if row["timed"]:
            only = not self.timed and row["p50"] is not None
            self.exact = (row["p50"], row["p95"]) if only else None
            self.timed += row["timed"]
            self.seconds += row["seconds"]
            self.histogram.update(histogram.from_json(row["histogram"]))

    @property
    def tally(self) -> Tally:
        return Tally(self.total, self.good)

    @property
    def failed(self) -> int:
        return self.total - self.good

    @property
    def fallbacks(self) -> Tally:
        """How many of those that were made were made with a fallback."""
        return Tally(self.good, self.degraded)

    @property
    def average(self) -> float | None:
        return self.seconds / self.timed if self.timed else None

    @property
    def p50(self) -> float | None:
        return self.exact[0] if self.exact else histogram.percentile(self.histogram, 0.5)

    @property
    def p95(self) -> float | None:
        return self.exact[1] if self.exact else histogram.percentile(self.histogram, 0.95)


@dataclass(frozen=True)
class Day:
    day: date
    runs: Sum
    promises: Sum
    calls: Sum
    """Of the provider that was chosen."""


@dataclass(frozen=True)
class Named:
    """A sum with what it is of; empty where that does not matter."""

    sum: Sum
    stage: str = ""
    provider: str = ""
    code: str = ""


@dataclass(frozen=True)
class Figures:
    choice: Choice
    runs: Sum
    promises: Sum
    runs_before: Sum
    promises_before: Sum
    calls: Sum
    """Of the provider that was chosen."""
    days: Sequence[Day]
    """Those that the charts show, each of them, oldest first."""
    stages: Sequence[Named]
    providers: Sequence[Named]
    failures: Sequence[Named]
    provider_names: Sequence[str]
    """All that were called, whichever was chosen."""

    @property
    def is_empty(self) -> bool:
        sums = (self.runs, self.promises, *(part for day in self.days for part in (day.runs, day.promises)))
        return not any(one.total or one.cancelled for one in sums)


def figures_of(choice: Choice) -> Figures:
    """One query, whatever is chosen: of some 60 days at most the few rows of each."""
    rows = list(rows_of(choice, min(choice.first_before, choice.first_drawn)))
    now = [row for row in rows if row["date"] >= choice.first]
    before = [row for row in rows if choice.first_before <= row["date"] < choice.first]
    calls = [row for row in now if row["subject"] == Subject.CALL]
    chosen = [row for row in calls if choice.provider in ("", row["provider"])]
    failures = [row for row in now if row["subject"] == Subject.FAILURE and choice.provider in ("", row["provider"])]
    return Figures(
        choice=choice,
        runs=_sum(now, Subject.RENDER),
        promises=_sum(now, Subject.SLA),
        runs_before=_sum(before, Subject.RENDER),
        promises_before=_sum(before, Subject.SLA),
        calls=_sum(chosen, Subject.CALL),
        days=_days(choice, rows),
        stages=sorted(_named(now, Subject.STAGE, ("stage",)), key=lambda named: _place(named.stage)),
        providers=sorted(
            _named(chosen, Subject.CALL, ("stage", "provider")),
            key=lambda named: (_place(named.stage), -named.sum.total, named.provider),
        ),
        failures=sorted(
            _named(failures, Subject.FAILURE, ("code", "stage", "provider")),
            key=lambda named: (-named.sum.total, named.code, _place(named.stage), named.provider),
        ),
        provider_names=sorted({row["provider"] for row in calls}),
    )


def rows_of(choice: Choice, first: date) -> Iterable[dict[str, Any]]:
    """The stored rows of the chosen kind of job from `first` to the last day; of days that no chart shows, what the
    figures are compared with."""
    rows = DailyStat.objects.filter(job_type=choice.job_type, date__range=(first, choice.last))
    rows = rows.filter(Q(date__gte=choice.first_drawn) | Q(subject__in=[Subject.RENDER, Subject.SLA]))
    found: Iterable[dict[str, Any]] = rows.order_by().values(*_COLUMNS)
    return found


def _sum(rows: Iterable[dict[str, Any]], subject: Subject) -> Sum:
    whole = Sum()
    for row in rows:
        if row["subject"] == subject:
            whole.add(row)
    return whole


def _days(choice: Choice, rows: Sequence[dict[str, Any]]) -> list[Day]:
    of_day: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        of_day[row["date"]].append(row)
    return [
        Day(
            day,
            runs=_sum(of_day[day], Subject.RENDER),
            promises=_sum(of_day[day], Subject.SLA),
            calls=_sum((row for row in of_day[day] if row["provider"] == choice.provider), Subject.CALL)
            if choice.provider
            else Sum(),
        )
        for day in days_up_to(choice.last, choice.span.drawn)
    ]


def _named(rows: Iterable[dict[str, Any]], subject: Subject, by: tuple[str, ...]) -> Iterator[Named]:
    sums: dict[tuple[str, ...], Sum] = defaultdict(Sum)
    for row in rows:
        if row["subject"] == subject:
            sums[tuple(row[name] for name in by)].add(row)
    return (Named(one, **dict(zip(by, key, strict=True))) for key, one in sums.items())


def _place(stage: str) -> int:
    """Its place in the pipeline; what is not ours comes last."""
    return ORDER.index(Stage(stage)) if stage in set(Stage) else len(ORDER)
