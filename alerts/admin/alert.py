"""Alerts: open ones first; the page of one says what is wrong and what to do, and lets it be resolved."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from alerts import book
from alerts.admin import badges, told
from alerts.models import Alert
from alerts.vocabulary import AlertState
from renders.actions import audit
from renders.admin.read_only import ReadOnlyAdmin
from renders.presentation import stages, times
from renders.templatetags import presentation


class ResolveForm(forms.Form):
    note = forms.CharField(max_length=500, required=False, strip=True)


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ["status", "heading", "times_seen", "seen", "latest", "to_do"]
    list_display_links = ["heading"]
    list_select_related = ["render"]
    list_filter = ["state", "severity", "kind"]
    search_fields = ["title", "details"]
    search_help_text = "Title or what was met"
    ordering = ["state", "-last_seen"]
    list_fullwidth = True
    change_list_template = "alerts/list.html"

    class Media:
        css = {"all": ["alerts/alerts.css"]}

    def may_resolve(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("alerts.change_alert"))

    # The list

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, told.of_alerts() | (extra_context or {}))  # type: ignore[no-any-return]

    @admin.display(description="Status", ordering="state")
    def status(self, alert: Alert) -> SafeString:
        return badges.of_alert(alert)

    @admin.display(description="What is wrong", ordering="title")
    def heading(self, alert: Alert) -> str:
        return alert.title

    @admin.display(description="Count", ordering="count")
    def times_seen(self, alert: Alert) -> SafeString:
        return format_html('<span class="rh-count">{}</span>', alert.count)

    @admin.display(description="Last seen", ordering="-last_seen")
    def seen(self, alert: Alert) -> SafeString | str:
        return presentation.relative(alert.last_seen)

    @admin.display(description="Render")
    def latest(self, alert: Alert) -> SafeString | str:
        if alert.render is None:
            return presentation.NONE
        url = reverse("admin:renders_render_change", args=[alert.render_id])
        return format_html('<a class="rh-link" href="{}">{}</a>', url, alert.render.name)

    @admin.display(description="What to do")
    def to_do(self, alert: Alert) -> SafeString | str:
        if alert.state == AlertState.RESOLVED:
            return presentation.NONE
        return alert.remedy if len(alert.remedy) <= 160 else f"{alert.remedy[:159]}…"

    # The page of one

    def get_urls(self) -> list[URLPattern]:
        resolve = path("<int:pk>/resolve/", self.admin_site.admin_view(self.resolve_view), name="alerts_alert_resolve")
        return [resolve, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        alert = _by_id(Alert.objects.select_related("render", "resolved_by"), object_id)
        here = reverse("admin:alerts_alert_change", args=[alert.pk])
        context = {
            **self.admin_site.each_context(request),
            "title": alert.title,
            "opts": self.opts,
            "original": alert,
            "page": alert,
            "badge": badges.of_alert(alert),
            "stage": stages.title(alert.stage) if alert.stage else "",
            "place": alert.path if alert.path != here else "",
            "lasted": _lasted(alert),
            "renders": [(name, reverse("admin:renders_render_change", args=[pk])) for pk, name in alert.renders[::-1]],
            "deliveries": [
                (badges.of_delivery(delivery), delivery, badges.answer_of(delivery))
                for delivery in alert.deliveries.select_related("channel").order_by("created_at")
            ],
            "records": audit.of(alert),
            "may_resolve": self.may_resolve(request) and alert.state == AlertState.OPEN,
        }
        return TemplateResponse(request, "alerts/alert.html", context)

    def resolve_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """POST: it is over, a person says so."""
        if not self.may_resolve(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        alert = _by_id(Alert.objects.all(), str(pk))
        form = ResolveForm(request.POST)
        note = form.cleaned_data["note"] if form.is_valid() else ""
        said = f"Resolved by {request.user.get_username()}{f': {note}' if note else '.'}"
        with transaction.atomic():
            resolved = book.resolve(alert, said, request.user)  # type: ignore[arg-type]
            audit.record(request.user, audit.What.RESOLVE, [alert], said, refused=not resolved)  # type: ignore[arg-type]
        if resolved:
            messages.success(request, "Resolved. Every channel is told once; if it happens again, a new alert opens.")
        else:
            messages.warning(request, "Not done: it was resolved already.")
        return redirect(reverse("admin:alerts_alert_change", args=[pk]))


def _by_id(alerts: QuerySet[Alert], object_id: str) -> Alert:
    alert = alerts.filter(pk=int(object_id)).first() if object_id.isdecimal() and len(object_id) < 16 else None
    if alert is None:
        raise Http404("There is no such alert.")
    return alert


def _lasted(alert: Alert) -> str:
    if alert.resolved_at is None:
        return ""
    return times.duration((alert.resolved_at - alert.first_seen).total_seconds())
