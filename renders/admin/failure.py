"""Failures: read-only, but for marking one as dealt with."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from renderhub.lib import clock
from renders.models import RenderFailure
from renders.presentation import stages
from renders.templatetags import presentation


@admin.register(RenderFailure)
class RenderFailureAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["when", "of_render", "where", "code", "provider", "reason", "final", "resolved"]
    list_display_links = ["when"]
    list_filter = ["resolved", "final", "code", "stage", "created_at"]
    list_select_related = ["render"]
    search_fields = ["render__name", "failure_reason", "provider"]
    search_help_text = "Name of the render, reason or provider"
    actions = None
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
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

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: RenderFailure, form: forms.ModelForm[Any], change: bool) -> None:
        """Who and when are noted with it; taken back, they go."""
        if "resolved" in form.changed_data:
            obj.resolved_at = clock.now() if obj.resolved else None
            obj.resolved_by = request.user if obj.resolved else None  # type: ignore[assignment]
        obj.save(update_fields=["resolved", "resolved_at", "resolved_by", "note"])

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
