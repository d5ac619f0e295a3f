"""SLA reports: the list, and the page of one day's (R76)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from monitoring import terms
from monitoring.figures.tally import Tally, percent, target_of
from monitoring.models import SLARecord, SLAReport
from monitoring.sla.causes import state_of
from monitoring.sla.report import Entry
from renderhub.lib import clock
from renders.admin.read_only import ReadOnlyAdmin
from renders.presentation.languages import language_name
from renders.presentation.times import duration

_TITLES = {"missing": "Missing", "late": "Late", "degraded": "In time, by a fallback or after being held"}


@dataclass(frozen=True)
class Rate:
    name: str
    tally: Tally
    met: bool | None


@dataclass(frozen=True)
class Row:
    entry: Entry
    language: str
    url: str
    since: str
    """What has come of one that was missing then; empty where nothing has."""


@dataclass(frozen=True)
class Table:
    state: str
    title: str
    rows: list[Row]
    count: int


@admin.register(SLAReport)
class SLAReportAdmin(ReadOnlyAdmin):
    list_display = ["day", "of_day", "of_week", "of_month", "late", "missing", "degraded"]
    list_display_links = ["day"]
    list_filter = ["date"]
    ordering = ["-date"]

    class Media:
        css = {"all": ["monitoring/monitoring.css"]}

    @admin.display(description="Day", ordering="date")
    def day(self, report: SLAReport) -> str:
        return str(report)

    @admin.display(description="On time")
    def of_day(self, report: SLAReport) -> SafeString:
        return _told(report, report.day)

    @admin.display(description="7 days")
    def of_week(self, report: SLAReport) -> SafeString:
        return _told(report, report.week)

    @admin.display(description="30 days")
    def of_month(self, report: SLAReport) -> SafeString:
        return _told(report, report.month)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        report = _by_id(object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": str(report),
            "opts": self.opts,
            "original": report,
            "page": report,
            "sentence": _sentence(report),
            "rates": _rates(report),
            "tables": list(_tables(report)),
            "before": _link(SLAReport.objects.filter(date__lt=report.date).order_by("-date").first()),
            "after": _link(SLAReport.objects.filter(date__gt=report.date).order_by("date").first()),
            "zone": terms.zone().key,
        }
        return TemplateResponse(request, "monitoring/report.html", context)


def _by_id(object_id: str) -> SLAReport:
    report = SLAReport.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
    if report is None:
        raise Http404("There is no such report.")
    return report


def _told(report: SLAReport, tally: Tally) -> SafeString:
    met = tally.meets(target_of(report.target))
    shown = format_html('{} <span class="rh-dim">{} of {}</span>', tally.told, tally.good, tally.total)
    return format_html('<span class="rh-due-late">{}</span>', shown) if met is False else shown


def _sentence(report: SLAReport) -> str:
    if not report.promised:
        return "No video was due."
    met = report.day.meets(target_of(report.target))
    were = "video was" if report.promised == 1 else "videos were"
    wanted = percent(target_of(report.target))
    told = f"{report.on_time} of {report.promised} {were} ready in time: {report.day.told}"
    return f"{told}, {'on' if met else 'below'} target ({wanted})."


def _rates(report: SLAReport) -> list[Rate]:
    named = (("The day", report.day), ("7 days", report.week), ("30 days", report.month))
    return [Rate(name, tally, tally.meets(target_of(report.target))) for name, tally in named]


def _tables(report: SLAReport) -> Iterator[Table]:
    entries = [Entry(**entry) for entry in report.entries]
    missing = [entry.record for entry in entries if entry.state == "missing"]
    since = {record.pk: _since(record) for record in SLARecord.objects.filter(pk__in=missing)}
    counts = {"missing": report.missing, "late": report.late}
    for state, title in _TITLES.items():
        rows = [_row(entry, since.get(entry.record, "")) for entry in entries if entry.state == state]
        if rows:
            yield Table(state, title, rows, counts.get(state, len(rows)))


def _since(record: SLARecord) -> str:
    if state_of(record, clock.now()) != "late" or record.ready_at is None:
        return ""
    late = (record.ready_at - record.due_at).total_seconds()
    return f"Ready since, at {_clock(record.ready_at)}: {duration(late)} late."


def _row(entry: Entry, since: str) -> Row:
    url = reverse("admin:renders_render_change", args=[entry.render]) if entry.render else ""
    return Row(entry, language_name(entry.language), url, since)


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(terms.zone()):%H:%M}"


def _link(report: SLAReport | None) -> dict[str, str] | None:
    if report is None:
        return None
    return {"url": reverse("admin:monitoring_slareport_change", args=[report.pk]), "title": str(report)}
