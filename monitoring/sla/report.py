"""The figures of a day's report: how many of the promised videos were ready in time, and which were not (R76)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from monitoring import terms
from monitoring.figures.tally import Tally
from monitoring.models import SLARecord
from monitoring.models.sla_record import EXCUSED
from monitoring.sla.causes import cause_of, marks_of, reasons_of, state_of
from renders.presentation.times import duration

WEEK, MONTH = 7, 30
MOST_ENTRIES = 100
"""Of each kind that a report keeps: a morning on which everything fails must still be readable."""


@dataclass(frozen=True)
class Entry:
    """One video that an operator should know of, as it stood when the report was written."""

    state: str
    """`late`, `missing` or `degraded` (in time, by a fallback)."""
    name: str
    workspace: str
    language: str
    due: str
    """ISO 8601, as `ready` is."""
    ready: str
    """Empty where it was not."""
    late: str
    """`12 m 40 s`; empty where it was in time, or not there."""
    marks: str
    """`one visual is a fallback`; empty where nothing is degraded."""
    why: str
    to_do: str
    record: int
    render: str
    """Its id; empty where there is none."""


@dataclass(frozen=True)
class Report:
    day: date
    as_of: datetime
    promised: int
    on_time: int
    late: int
    missing: int
    degraded: int
    cancelled: int
    week: Tally
    month: Tally
    entries: Sequence[Entry] = field(default_factory=list)

    @property
    def tally(self) -> Tally:
        return Tally(self.promised, self.on_time)

    def of(self, state: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.state == state]

    def names(self, state: str) -> list[str]:
        return [entry.name for entry in self.of(state)]

    def entries_json(self) -> list[dict[str, Any]]:
        return [asdict(entry) for entry in self.entries]


def report_of(day: date, now: datetime) -> Report:
    """The figures as they stand at `now`; what is not due by then is in no rate."""
    counts = _counts(SLARecord.objects.filter(date=day), now)
    return Report(
        day=day,
        as_of=now,
        week=_tally(day, WEEK, now),
        month=_tally(day, MONTH, now),
        entries=[_entry(record, now) for record in _noted(day, now)],
        **counts,
    )


def _counts(records: QuerySet[SLARecord], now: datetime) -> dict[str, int]:
    due = Q(due_at__lte=now) & ~EXCUSED
    wanted = {
        "promised": due,
        "on_time": due & Q(on_time=True),
        "late": due & Q(on_time=False),
        "missing": due & Q(ready_at__isnull=True),
        "degraded": due & Q(ready_at__isnull=False) & _MARKED,
        "cancelled": EXCUSED,
    }
    # Not by these names alone: some are columns, which the later conditions ask for.
    counts = records.aggregate(**{f"n_{name}": Count("pk", filter=which) for name, which in wanted.items()})
    return {name: counts[f"n_{name}"] for name in wanted}


_MARKED = ~Q(degraded=[]) | Q(held=True)


def _tally(last: date, days: int, now: datetime) -> Tally:
    rows = SLARecord.objects.filter(date__gt=last - timedelta(days=days), date__lte=last)
    counts = _counts(rows, now)
    return Tally(counts["promised"], counts["on_time"])


def _noted(day: date, now: datetime) -> Iterable[SLARecord]:
    """Missing ones first, then late ones by how late, then those in time by a fallback."""
    rows = SLARecord.objects.filter(date=day, due_at__lte=now).exclude(EXCUSED)
    rows = rows.select_related("workspace", "render").defer("render__input_text", "render__items")
    missing = rows.filter(ready_at__isnull=True).order_by("due_at", "pk")
    late = rows.filter(on_time=False).order_by((F("ready_at") - F("due_at")).desc(), "pk")
    marked = rows.filter(_MARKED, on_time=True).order_by("due_at", "pk")
    for kind in (missing, late, marked):
        yield from kind[:MOST_ENTRIES]


def _entry(record: SLARecord, now: datetime) -> Entry:
    state = state_of(record, now)
    cause = cause_of(record) if state != "on_time" else None
    lateness = (record.ready_at - record.due_at).total_seconds() if record.ready_at else 0.0
    return Entry(
        state="degraded" if state == "on_time" else state,
        name=record.name,
        workspace=record.workspace.name,
        language=record.language,
        due=_local(record.due_at),
        ready=_local(record.ready_at) if record.ready_at else "",
        late=duration(lateness) if state == "late" else "",
        marks=marks_of(record),
        why=(cause.why if cause else reasons_of(record))[:1000],
        to_do=(cause.to_do if cause else "")[:500],
        record=record.pk,
        render=str(record.render_id or ""),
    )


def _local(moment: datetime) -> str:
    return moment.astimezone(terms.zone()).isoformat()
