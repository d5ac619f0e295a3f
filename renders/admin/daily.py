"""The days' runs: which feed each was made from, and what came of it."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from renders.admin.read_only import ReadOnlyAdmin
from renders.models import DailyRun
from renders.templatetags import presentation


@admin.register(DailyRun)
class DailyRunAdmin(ReadOnlyAdmin):
    list_display = ["date", "language", "workspace", "state", "video", "source"]
    list_select_related = ["workspace", "render"]
    list_filter = ["date", "language"]
    search_fields = ["source", "render__name"]
    search_help_text = "Feed or name of the render"
    fields = ["date", "language", "workspace", "video", "source", "note", "asked"]
    readonly_fields = fields

    @admin.display(description="Status", ordering="render__status")
    def state(self, run: DailyRun) -> SafeString:
        return presentation.status_badge(run.render)

    @admin.display(description="Render", ordering="render__name")
    def video(self, run: DailyRun) -> SafeString:
        url = reverse("admin:renders_render_change", args=[run.render_id])
        return format_html('<a class="rh-link" href="{}">{}</a>', url, run.render.name)

    @admin.display(description="Asked for")
    def asked(self, run: DailyRun) -> SafeString | str:
        return presentation.exact(run.created_at)
