"""The audit trail (R65): who did what, when, on what. Read-only, for everybody."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils.html import format_html
from django.utils.safestring import SafeString

from renders.actions import audit
from renders.actions.audit import What
from renders.admin.read_only import ReadOnlyAdmin
from renders.admin.render_filters import ChoiceFilter
from renders.templatetags import presentation

WORDS: dict[str, str] = {
    What.REQUEST: "Asked for a video",
    What.RERENDER: "Re-render",
    What.RETRY: "Retry",
    What.CANCEL: "Cancel",
    What.PRIORITISE: "Change of priority",
    What.RESOLVE: "Dealt with",
    What.REOPEN: "Not dealt with",
    What.TAKE_OUT: "Service taken out of use",
    What.TAKE_BACK: "Service taken back",
    What.MOVE: "Move to the bucket",
}


class WhatFilter(ChoiceFilter):
    title, parameter_name = "What", "what"
    offered = [(what.value, WORDS[what]) for what in What]

    def chosen(self, queryset: QuerySet[LogEntry], value: str) -> QuerySet[LogEntry]:
        return queryset.filter(change_message__contains=f'"what": "{value}"')


class OnFilter(ChoiceFilter):
    """One thing's own trail; its pages link here."""

    title, parameter_name, path = "On", "on", "object_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        on = request.GET.get("on", "")[:100]
        return [(on, f"…{on[-8:]}")] if on else []

    def has_output(self) -> bool:
        return bool(self.lookup_choices)


@admin.register(LogEntry)
class AuditAdmin(ReadOnlyAdmin):
    list_display = ["when", "who", "what", "on", "kind", "told"]
    list_display_links = None
    list_select_related = ["user", "content_type"]
    list_filter = [WhatFilter, OnFilter]
    list_filter_submit = True
    search_fields = ["user__username", "object_repr", "object_id"]
    search_help_text = "Person, name or id"
    ordering = ["-action_time", "-id"]
    list_fullwidth = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("admin.view_logentry"))

    @admin.display(description="When", ordering="action_time")
    def when(self, entry: LogEntry) -> SafeString | str:
        return presentation.exact(entry.action_time)

    @admin.display(description="Who", ordering="user__username")
    def who(self, entry: LogEntry) -> str:
        return entry.user.get_username()

    @admin.display(description="What")
    def what(self, entry: LogEntry) -> SafeString | str:
        record = audit.read(entry)
        word = WORDS.get(record.what, "Form")
        return format_html('{} <span class="rh-mark">refused</span>', word) if record.refused else word

    @admin.display(description="On")
    def on(self, entry: LogEntry) -> SafeString | str:
        try:
            url = None if entry.is_deletion() else entry.get_admin_url()
        except NoReverseMatch:
            url = None
        if not url:
            return entry.object_repr or "–"
        return format_html('<a class="rh-link" href="{}">{}</a>', url, entry.object_repr or "–")

    @admin.display(description="Kind", ordering="content_type")
    def kind(self, entry: LogEntry) -> str:
        return str(entry.content_type.name).capitalize() if entry.content_type else "–"

    @admin.display(description="Told")
    def told(self, entry: LogEntry) -> str:
        return audit.read(entry).told
