"""The days' runs: which feeds each was made from, what came of it, and which were missed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from renders.admin.read_only import ReadOnlyAdmin
from renders.models import DailyRun
from renders.presentation.languages import language_name
from renders.templatetags import presentation


class OutcomeFilter(admin.SimpleListFilter):
    title = "outcome"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("missed", "Missed"), ("asked", "Asked for")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DailyRun]) -> QuerySet[DailyRun]:
        if self.value() in ("missed", "asked"):
            return queryset.filter(render__isnull=self.value() == "missed")
        return queryset


@admin.register(DailyRun)
class DailyRunAdmin(ReadOnlyAdmin):
    list_display = ["date", "in_language", "workspace", "state", "video", "source"]
    list_select_related = ["workspace", "render"]
    list_filter = [OutcomeFilter, "date", "language", "workspace"]
    search_fields = ["source", "render__name", "workspace__name"]
    search_help_text = "Feed, workspace or name of the render"
    fields = ["date", "in_language", "workspace", "state", "video", "source", "told", "items", "asked"]
    readonly_fields = fields

    @admin.display(description="Language", ordering="language")
    def in_language(self, run: DailyRun) -> str:
        return language_name(run.language)

    @admin.display(description="Status", ordering="render__status")
    def state(self, run: DailyRun) -> SafeString:
        if run.render is not None:
            return presentation.status_badge(run.render)
        return format_html(
            '<span class="rh-status rh-status-failed" title="{}">{}<span>Missed</span></span>',
            run.missed,
            presentation.shape("failed"),
        )

    @admin.display(description="Render", ordering="render__name")
    def video(self, run: DailyRun) -> SafeString | str:
        if run.render is None:
            return presentation.NONE
        url = reverse("admin:renders_render_change", args=[run.render_id])
        return format_html('<a class="rh-link" href="{}">{}</a>', url, run.render.name)

    @admin.display(description="Note")
    def told(self, run: DailyRun) -> SafeString | str:
        if not run.missed:
            return run.note or presentation.NONE
        command = f"manage.py daily_run --date {run.date} --workspace {run.workspace.slug} --language {run.language}"
        return format_html('<span class="rh-error">{}</span> To make it up: <code>{}</code>', run.missed, command)

    @admin.display(description="Items")
    def items(self, run: DailyRun) -> SafeString | str:
        items = run.render.items if run.render is not None else []
        rows = ((item.get("title") or item.get("text", "")[:120], item.get("source", "")) for item in items)
        listed = format_html_join("", '<li>{} <span class="rh-dim">· {}</span></li>', rows)
        return format_html("<ol>{}</ol>", listed) if listed else presentation.NONE

    @admin.display(description="Asked for, or given up")
    def asked(self, run: DailyRun) -> SafeString | str:
        return presentation.exact(run.created_at)
