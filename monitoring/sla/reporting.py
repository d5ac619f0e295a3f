"""Writing the daily report: once for each day, together with the events that have it sent (R76)."""

from __future__ import annotations

import logging
import math
from datetime import date, timedelta
from fractions import Fraction

from django.db import IntegrityError, transaction
from django.urls import reverse

from monitoring import terms
from monitoring.figures.days import last_report_day
from monitoring.figures.tally import Tally
from monitoring.models import SLARecord, SLAReport
from monitoring.sla import missed, slack, telling
from monitoring.sla.report import WEEK, Report, report_of
from renderhub.lib import clock
from renders.models import RenderEvent
from renders.pipeline import outbox

logger = logging.getLogger(__name__)

CATCH_UP_DAYS = 7
"""So many days are written up when beat comes back; who was away for longer reads the records."""
_MOST_BATCHES = 500
_MOST_WAITS = 3
"""An event that upsets its reader stays unread; the report does not wait for it for ever."""


def write_due() -> list[SLAReport]:
    """Write what is not written of the reports whose time has come, oldest first. Nothing before the first promise:
    nobody is told of days on which nothing had been agreed."""
    now = clock.now()
    # In this order: a run that is given up between the two looks has its event read; the other way round it would be
    # in neither.
    missed.look(now)
    _read_events()
    last = last_report_day(now, terms.report_at(), terms.zone())
    first = SLARecord.objects.order_by("date").values_list("date", flat=True).first()
    if first is None:
        return []
    first = max(first, last - timedelta(days=CATCH_UP_DAYS - 1))
    written = set(SLAReport.objects.filter(date__gte=first).values_list("date", flat=True))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    reports = [write(day) for day in days if day not in written]
    return [report for report in reports if report is not None]


def write(day: date) -> SLAReport | None:
    """The report of `day` as things stand now, with the events that send it, in one transaction. None where it is
    there already: of two writers at once one writes."""
    report = report_of(day, clock.now())
    try:
        with transaction.atomic():
            stored = _store(report)
            _tell(stored, report)
    except IntegrityError:
        if SLAReport.objects.filter(date=day).exists():
            return None
        raise
    logger.info("%s", stored.subject)
    return stored


def _store(report: Report) -> SLAReport:
    stored = SLAReport(
        date=report.day,
        as_of=report.as_of,
        target=float(terms.target() * 100),
        promised=report.promised,
        on_time=report.on_time,
        late=report.late,
        missing=report.missing,
        degraded=report.degraded,
        cancelled=report.cancelled,
        week_promised=report.week.total,
        week_on_time=report.week.good,
        month_promised=report.month.total,
        month_on_time=report.month.good,
        entries=report.entries_json(),
        subject=telling.subject_of(report),
    )
    stored.save(force_insert=True)
    url = address_of(stored)
    stored.text, stored.html = telling.text_of(report, url), telling.html_of(report, url)
    stored.save(update_fields=["text", "html"])
    return stored


def address_of(stored: SLAReport) -> str:
    return telling.address(reverse("admin:monitoring_slareport_change", args=[stored.pk]))


def _tell(stored: SLAReport, report: Report) -> None:
    outbox.tell(
        "sla.report",
        report_id=stored.pk,
        date=report.day.isoformat(),
        subject=stored.subject,
        text=stored.text,
        html=stored.html,
        blocks=slack.blocks_of(report, address_of(stored)),
    )
    below = _below(report.tally, report.week)
    if below is not None:
        days, tally = below
        outbox.tell("sla.below_target", **_figures(stored, report, days, tally))
    elif _was_below(report.day) and report.promised:
        outbox.tell("sla.back_on_target", **_figures(stored, report, 1, report.tally))


def _below(day: Tally, week: Tally) -> tuple[int, Tally] | None:
    """What misses the target, the day before the week; None where neither does."""
    for days, tally in ((1, day), (WEEK, week)):
        if tally.meets(terms.target()) is False:
            return days, tally
    return None


def _was_below(day: date) -> bool:
    """Whether the last report before `day` that had anything to report missed the target."""
    before = SLAReport.objects.filter(date__lt=day, promised__gt=0).order_by("-date").first()
    return before is not None and _below(before.day, before.week) is not None


def _figures(stored: SLAReport, report: Report, days: int, tally: Tally) -> dict[str, object]:
    return {
        "report_id": stored.pk,
        "date": report.day.isoformat(),
        "days": days,
        "rate": _cut(tally.rate or Fraction(0)),
        "target": float(terms.target()),
        "missing": report.names("missing"),
        "late": report.names("late"),
        "url": address_of(stored),
    }


def _cut(rate: Fraction) -> float:
    """To a tenth of a percent, downwards: what is below target does not read as if it were not."""
    return math.floor(rate * 1000) / 1000


def _read_events() -> None:
    """A report stands on everything that has happened, also where no keeper is running. What another reader has in
    its hands is waited for."""
    waits = _MOST_WAITS
    for _ in range(_MOST_BATCHES):
        if outbox.read():
            continue
        waits -= 1
        if waits < 0 or not _another_is_reading():
            return


def _another_is_reading() -> bool:
    """Wait for whoever has unread events in hand; False where there are none."""
    unread = RenderEvent.objects.filter(processed_at__isnull=True).order_by("id")
    if not unread.exists():
        return False
    with transaction.atomic():
        list(unread.select_for_update()[:1])
    return True
