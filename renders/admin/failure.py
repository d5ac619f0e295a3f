"""Failures: read-only, but for marking one as dealt with."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from renders.actions.resolve import reopen, resolve
from renders.admin.act_forms import OF_FAILURES
from renders.admin.acting import ActingAdmin
from renders.domain.states import MoveRefused
from renders.models import Render, RenderFailure
from renders.presentation import stages
from renders.templatetags import presentation


@admin.register(RenderFailure)
class RenderFailureAdmin(ActingAdmin):
    list_display = ["when", "of_render", "where", "code", "provider", "reason", "final", "resolved"]
    list_display_links = ["when"]
    list_filter = ["resolved", "final", "code", "stage", "created_at"]
    list_select_related = ["render"]
    acts = OF_FAILURES
    act_order = ("created_at", "pk")
    act_noun = ("failure", "failures")
    act_row = "renders/act/_failure.html"
    search_fields = ["render__name", "failure_reason", "provider"]
    search_help_text = "Name of the render, reason or provider"
    list_fullwidth = True
    fieldsets = [
        (
            None,
            {"fields": ["of_render", "run", "where", "code", "provider", "failure_reason", "remedy", "when_exactly"]},
        ),
        ("Dealt with", {"fields": ["resolved", "note", "resolved_by", "resolved_at"]}),
        ("Evidence", {"fields": ["evidence"]}),
    ]
    readonly_fields = [
        *["of_render", "run", "where", "code", "provider", "failure_reason", "remedy", "when_exactly"],
        *["resolved_by", "resolved_at", "evidence"],
    ]

    def act_queryset(self, request: HttpRequest) -> QuerySet[RenderFailure]:
        rows = RenderFailure.objects.filter(render__in=Render.objects.visible_to(request.user))
        return rows.select_related("render", "resolved_by")

    def place_of(self, thing: RenderFailure) -> str:
        return f"{reverse('admin:renders_render_change', args=[thing.render_id])}?run={thing.run}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[RenderFailure]:
        return self.act_queryset(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_act(request)

    def log_change(self, request: HttpRequest, obj: RenderFailure, message: Any) -> Any:
        """The acts of `save_model` write the audit trail themselves."""
        return (
            None
            if "resolved" in request.POST or "Resolved" in str(message)
            else super().log_change(request, obj, message)
        )

    def save_model(self, request: HttpRequest, obj: RenderFailure, form: forms.ModelForm[Any], change: bool) -> None:
        """Who and when are noted with it; taken back, they go. What somebody else did meanwhile stays."""
        who = request.user
        with contextlib.suppress(MoveRefused):
            if "resolved" in form.changed_data:
                resolve(obj.pk, who, obj.note) if obj.resolved else reopen(obj.pk, who)  # type: ignore[arg-type]
        if "note" in form.changed_data:
            RenderFailure.objects.filter(pk=obj.pk).update(note=obj.note)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return redirect(f"{reverse('admin:admin_logentry_changelist')}?on={object_id}")

    @admin.display(description="When", ordering="created_at")
    def when(self, failure: RenderFailure) -> SafeString | str:
        return presentation.relative(failure.created_at)

    @admin.display(description="When")
    def when_exactly(self, failure: RenderFailure) -> SafeString | str:
        return presentation.exact(failure.created_at)

    @admin.display(description="Render", ordering="render__name")
    def of_render(self, failure: RenderFailure) -> SafeString:
        url = reverse("admin:renders_render_change", args=[failure.render_id])
        return format_html('<a class="rh-link" href="{}?run={}">{}</a>', url, failure.run, failure.render.name)

    @admin.display(description="Stage", ordering="stage")
    def where(self, failure: RenderFailure) -> str:
        return f"{stages.title(failure.stage)} {failure.segment}".strip()

    @admin.display(description="Reason")
    def reason(self, failure: RenderFailure) -> str:
        text = failure.failure_reason
        return text if len(text) <= 120 else f"{text[:119]}…"

    @admin.display(description="Remedy")
    def remedy(self, failure: RenderFailure) -> str:
        return str(failure.error_details.get("remedy", "")) or "–"

    @admin.display(description="What was met and asked")
    def evidence(self, failure: RenderFailure) -> SafeString:
        text = json.dumps(failure.error_details, indent=2, ensure_ascii=False, sort_keys=True)
        return format_html('<pre class="rh-evidence" tabindex="0">{}</pre>', text)
