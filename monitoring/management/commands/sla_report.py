from __future__ import annotations

import json
import sys
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from monitoring import terms
from monitoring.figures.days import last_report_day
from monitoring.models import SLAReport
from monitoring.sla import reporting, telling
from monitoring.sla.report import WEEK, Report, report_of
from renderhub.lib import clock


class Command(BaseCommand):
    help = (
        "The SLA report of a day: the stored one, or the figures so far where none is stored; it stores and sends "
        "nothing. Exit code 0 where the day and its 7 days are on target, 1 where one is below, 2 on a wrong date."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--date", type=date.fromisoformat, help="the day (YYYY-MM-DD); the newest one if none")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        newest = last_report_day(clock.now(), terms.report_at(), terms.zone())
        day: date = options["date"] or newest
        if day > terms.report_day(clock.now()):
            raise CommandError(f"{day} is still to come.", returncode=2)
        stored = SLAReport.objects.filter(date=day).first()
        report = report_of(day, clock.now())
        if options["as_json"]:
            self.stdout.write(json.dumps(_as_json(report, stored)))
        elif stored is not None:
            self.stdout.write(stored.text)
        else:
            self.stdout.write(telling.text_of(report, "Not written yet: these are the figures so far."))
        tallies = (stored.day, stored.week) if stored is not None else (report.tally, report.week)
        if any(tally.meets(terms.target()) is False for tally in tallies):
            sys.exit(1)


def _as_json(report: Report, stored: SLAReport | None) -> dict[str, Any]:
    """The stored figures, else those so far; rates between 0 and 1, null where nothing was promised."""
    source: Any = stored if stored is not None else report
    tallies = {
        "day": stored.day if stored is not None else report.tally,
        f"days_{WEEK}": source.week,
        "days_30": source.month,
    }
    return {
        "date": report.day.isoformat(),
        "as_of": source.as_of.isoformat(),
        "stored": stored is not None,
        "url": reporting.address_of(stored) if stored is not None else "",
        "target": float(terms.target()),
        **{name: getattr(source, name) for name in ("promised", "on_time", "late", "missing", "degraded", "cancelled")},
        "rates": {name: None if tally.rate is None else float(tally.rate) for name, tally in tallies.items()},
        "on_target": {name: tally.meets(terms.target()) for name, tally in tallies.items()},
        "entries": stored.entries if stored is not None else report.entries_json(),
    }
