"""SLA records: what was promised for when, and what came of it (R75)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.paginator import InfinitePaginator

from monitoring.models import SLARecord
from monitoring.models.sla_record import EXCUSED
from monitoring.sla.causes import cause_of, marks_of, reasons_of, state_of
from monitoring.templatetags import monitoring as tags
from renderhub.lib import clock
from renders.admin.read_only import ReadOnlyAdmin
from renders.admin.render_filters import JobTypeFilter, LanguageFilter
from renders.presentation.job_types import JOB_TYPES
from renders.presentation.languages import language_name
from renders.presentation.times import roughly
from renders.templatetags import presentation


class StandingFilter(SimpleListFilter):
    title = "outcome"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        told = [(state, look.word) for state, look in tags.STANDINGS.items()]
        return [*told, ("degraded", "Degraded or held")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[SLARecord]) -> QuerySet[SLARecord]:
        due = Q(due_at__lte=clock.now())
        wanted: dict[str | None, Q] = {
            "on_time": Q(on_time=True),
            "late": Q(on_time=False),
            "missing": Q(ready_at__isnull=True) & due & ~EXCUSED,
            "open": Q(ready_at__isnull=True) & ~due & ~EXCUSED,
            "cancelled": EXCUSED,
            "degraded": ~Q(degraded=[]) | Q(held=True),
        }
        return queryset.filter(wanted.get(self.value(), Q()))


@admin.register(SLARecord)
class SLARecordAdmin(ReadOnlyAdmin):
    list_display = ["standing", "title", "workspace", "due", "ready", "by", "marks", "why"]
    list_display_links = ["title"]
    list_filter = [StandingFilter, "date", JobTypeFilter, LanguageFilter]
    paginator = InfinitePaginator  # counting them would cost more than showing them
    list_per_page = 25
    ordering = ["-due_at", "id"]
    list_fullwidth = True
    fields = [
        *["standing", "of_render", "workspace", "kind", "language_told", "date", "due_exactly", "ready_exactly", "by"],
        *["marks", "reasons", "why", "to_do"],
    ]
    readonly_fields = fields

    class Media:
        css = {"all": ["monitoring/monitoring.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[SLARecord]:
        rows = SLARecord.objects.visible_to(request.user).select_related("workspace", "render")
        return rows.defer("render__input_text", "render__items")

    @admin.display(description="Outcome")
    def standing(self, record: SLARecord) -> SafeString:
        return tags.standing(state_of(record, clock.now()))

    @admin.display(description="Video", ordering="name")
    def title(self, record: SLARecord) -> str:
        return record.name

    @admin.display(description="Video")
    def of_render(self, record: SLARecord) -> SafeString | str:
        if record.render_id is None:
            return record.name
        url = reverse("admin:renders_render_change", args=[record.render_id])
        return format_html('<a class="rh-link" href="{}">{}</a>', url, record.name)

    @admin.display(description="Due", ordering="due_at")
    def due(self, record: SLARecord) -> SafeString:
        return tags.site_moment(record.due_at)

    @admin.display(description="Ready", ordering="ready_at")
    def ready(self, record: SLARecord) -> SafeString | str:
        return tags.site_clock(record.ready_at) if record.ready_at else presentation.NONE

    @admin.display(description="Due")
    def due_exactly(self, record: SLARecord) -> SafeString | str:
        return presentation.exact(record.due_at)

    @admin.display(description="Ready for the first time")
    def ready_exactly(self, record: SLARecord) -> SafeString | str:
        return presentation.exact(record.ready_at)

    @admin.display(description="By")
    def by(self, record: SLARecord) -> SafeString | str:
        if record.ready_at is None:
            return presentation.NONE
        seconds = (record.ready_at - record.due_at).total_seconds()
        return f"{roughly(abs(seconds))} {'late' if seconds > 0 else 'early'}"

    @admin.display(description="Degraded")
    def marks(self, record: SLARecord) -> SafeString | str:
        told = marks_of(record)
        return (
            format_html('<span class="rh-mark" title="{}">{}</span>', reasons_of(record), told)
            if told
            else presentation.NONE
        )

    @admin.display(description="What is degraded")
    def reasons(self, record: SLARecord) -> SafeString | str:
        return reasons_of(record) or presentation.NONE

    @admin.display(description="Why not in time")
    def why(self, record: SLARecord) -> SafeString | str:
        wrong = state_of(record, clock.now()) in ("late", "missing")
        return cause_of(record).why if wrong else presentation.NONE

    @admin.display(description="What to do")
    def to_do(self, record: SLARecord) -> SafeString | str:
        wrong = state_of(record, clock.now()) in ("late", "missing")
        return (cause_of(record).to_do if wrong else "") or presentation.NONE

    @admin.display(description="Kind", ordering="job_type")
    def kind(self, record: SLARecord) -> str:
        return dict(JOB_TYPES).get(record.job_type, record.job_type)  # type: ignore[call-overload, no-any-return]

    @admin.display(description="Language", ordering="language")
    def language_told(self, record: SLARecord) -> str:
        return language_name(record.language)
