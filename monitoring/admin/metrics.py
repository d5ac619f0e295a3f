"""The metrics page (R63), in the place of a list of its rows."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from monitoring import terms
from monitoring.figures.days import day_of
from monitoring.metrics import table
from monitoring.metrics.choice import Choice, choice_of
from monitoring.metrics.page import page_of
from monitoring.models import DailyStat
from renderhub.lib import clock
from renders.admin.read_only import ReadOnlyAdmin


@admin.register(DailyStat)
class MetricsAdmin(ReadOnlyAdmin):
    def get_urls(self) -> list[URLPattern]:
        """Its own pages alone: a row by itself is of no use to anybody."""
        return [
            path("", self.admin_site.admin_view(self.metrics), name="monitoring_dailystat_changelist"),
            path("metrics-<slug:of>.csv", self.admin_site.admin_view(self.as_csv), name="monitoring_metrics_csv"),
        ]

    def metrics(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        choice = _choice(request)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": "Metrics",
            "opts": self.opts,
            "page": page_of(choice),
            "files": [
                {"title": of.capitalize(), "url": reverse("admin:monitoring_metrics_csv", args=[of]) + choice.query()}
                for of in table.OF
            ],
        }
        return TemplateResponse(request, "monitoring/metrics.html", context)

    def as_csv(self, request: HttpRequest, of: str) -> HttpResponse | StreamingHttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if of not in table.OF:
            raise Http404("There is no such table.")
        choice = _choice(request)
        name = f"renderhub-{of}-{choice.first_drawn.isoformat()}-{choice.last.isoformat()}.csv"
        return StreamingHttpResponse(
            table.lines_of(choice, of),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _choice(request: HttpRequest) -> Choice:
    return choice_of(request.GET.dict(), day_of(clock.now(), terms.zone()))
