"""The same figures as lines of CSV: a line for each day, stage, provider or cause."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from monitoring.metrics.choice import Choice
from monitoring.metrics.figures import Sum, rows_of
from monitoring.models import Subject

OF = ("days", "stages", "providers", "failures")
_TIMES = ("average_s", "p50_s", "p95_s")


def lines_of(choice: Choice, of: str) -> Iterator[str]:
    """The file's lines, its heading first. Times in seconds, rates between 0 and 1; empty where there is none."""
    rows = sorted(
        (row for row in rows_of(choice, choice.first_drawn)),
        key=lambda row: (row["date"], row["stage"], row["provider"], row["code"]),
    )
    make = {"days": _days, "stages": _stages, "providers": _providers, "failures": _failures}[of]
    for line in make(rows):
        yield _csv(line)


def _days(rows: Iterable[dict[str, object]]) -> Iterator[list[object]]:
    yield [
        *("date", "promised", "on_time", "late", "missing", "on_time_rate"),
        *("completed", "failed", "cancelled", "success_rate", "degraded", "fallback_rate", *_TIMES),
    ]
    days: dict[object, dict[str, Sum]] = {}
    for row in rows:
        if row["subject"] in (Subject.RENDER, Subject.SLA):
            sums = days.setdefault(row["date"], {Subject.RENDER: Sum(), Subject.SLA: Sum()})
            sums[str(row["subject"])].add(row)
    for day, sums in days.items():
        runs, promises = sums[Subject.RENDER], sums[Subject.SLA]
        yield [
            *(day, promises.total, promises.good, promises.late, promises.missing, _rate(promises.tally.rate)),
            *(runs.good, runs.failed, runs.cancelled, _rate(runs.tally.rate)),
            *(runs.degraded, _rate(runs.fallbacks.rate), *_times(runs)),
        ]


def _stages(rows: Iterable[dict[str, object]]) -> Iterator[list[object]]:
    yield ["date", "stage", "runs", "degraded", "fallback_rate", *_TIMES]
    for row, one in _of(rows, Subject.STAGE):
        yield [row["date"], row["stage"], one.total, one.degraded, _rate(one.fallbacks.rate), *_times(one)]


def _providers(rows: Iterable[dict[str, object]]) -> Iterator[list[object]]:
    yield ["date", "stage", "provider", "calls", "answered", "answered_rate", *_TIMES]
    for row, one in _of(rows, Subject.CALL):
        yield [
            *(row["date"], row["stage"], row["provider"], one.total, one.good, _rate(one.tally.rate)),
            *_times(one),
        ]


def _failures(rows: Iterable[dict[str, object]]) -> Iterator[list[object]]:
    yield ["date", "code", "stage", "provider", "failed_for_good"]
    for row, one in _of(rows, Subject.FAILURE):
        yield [row["date"], row["code"], row["stage"], row["provider"], one.total]


def _of(rows: Iterable[dict[str, object]], subject: Subject) -> Iterator[tuple[dict[str, object], Sum]]:
    for row in rows:
        if row["subject"] == subject:
            one = Sum()
            one.add(row)
            yield row, one


def _times(one: Sum) -> list[object]:
    return [round(value, 3) if value is not None else "" for value in (one.average, one.p50, one.p95)]


def _rate(rate: object) -> object:
    return "" if rate is None else round(float(rate), 4)  # type: ignore[arg-type]


def _csv(line: Iterable[object]) -> str:
    told = io.StringIO()
    csv.writer(told).writerow([_safe(value) for value in line])
    return told.getvalue()


def _safe(value: object) -> object:
    """No cell is a formula to a spreadsheet."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value
