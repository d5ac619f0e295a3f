"""The page of failures by cause (R64)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from monitoring.causes import CauseCount, causes_since
from monitoring.models import FailureCause
from renderhub.lib import clock
from renders.admin.read_only import ReadOnlyAdmin
from renders.presentation import stages

_SPANS = {"24h": ("24 hours", 1), "7d": ("7 days", 7), "30d": ("30 days", 30), "90d": ("90 days", 90)}


@admin.register(FailureCause)
class FailureCauseAdmin(ReadOnlyAdmin):
    def get_urls(self) -> list[URLPattern]:
        """The page of them all; each failure has one of its own elsewhere."""
        return [path("", self.admin_site.admin_view(self.causes), name="monitoring_failurecause_changelist")]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("renders.view_renderfailure")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def causes(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        span = request.GET.get("span", "7d")
        span = span if span in _SPANS else "7d"
        title, days = _SPANS[span]
        causes = causes_since(clock.now() - timedelta(days=days))
        spans = [{"title": told, "url": f"?span={key}", "chosen": key == span} for key, (told, _) in _SPANS.items()]
        context = {
            **self.admin_site.each_context(request),
            "title": "Failures by cause",
            "opts": self.opts,
            "page": True,
            "causes": causes,
            "most": max((cause.count for cause in causes), default=1),
            "span": title,
            "spans": spans,
            "sentence": _sentence(causes, title),
        }
        return TemplateResponse(request, "monitoring/causes.html", context)


def _sentence(causes: list[CauseCount], span: str) -> str:
    if not causes:
        return f"Nothing failed in the last {span}."
    count = sum(cause.count for cause in causes)
    first = causes[0].example
    told = f"{first.code} at {stages.title(first.stage)}{f' by {first.provider}' if first.provider else ''}"
    failures = f"{count} failure{'' if count == 1 else 's'} in the last {span}"
    if len(causes) == 1:
        return f"{failures}: {told}."
    return f"{failures}, of {len(causes)} causes. Most often: {told} ({causes[0].count})."
