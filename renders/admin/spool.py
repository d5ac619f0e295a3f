"""Videos that lie here because the bucket did not take them, and move there by themselves (R17)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from renderhub.lib import clock
from renders.admin.act_forms import OF_SPOOLED
from renders.admin.acting import ActingAdmin
from renders.admin.render_filters import ChoiceFilter
from renders.models import Render, SpooledVideo
from renders.pipeline import spool
from renders.pipeline.out_of_use import is_out
from renders.pipeline.spool.places import destination, folder_of
from renders.presentation.status import Shown
from renders.templatetags import presentation


def waiting() -> QuerySet[SpooledVideo]:
    return SpooledVideo.objects.filter(moved_at__isnull=True)


class PlaceFilter(ChoiceFilter):
    title, parameter_name = "Where", "where"
    offered = [("here", "Waits here"), ("moved", "Moved")]

    def chosen(self, queryset: QuerySet[SpooledVideo], value: str) -> QuerySet[SpooledVideo]:
        return queryset.filter(moved_at__isnull=value == "here")


@admin.register(SpooledVideo)
class SpooledVideoAdmin(ActingAdmin):
    list_display = ["state", "video", "size", "here_since", "attempts", "next_try", "last_error"]
    list_display_links = None
    list_select_related = ["render__workspace"]
    list_filter = [PlaceFilter]
    list_filter_submit = True
    search_fields = ["render__name", "render__id"]
    search_help_text = "Name or id of the render"
    sortable_by = ()
    list_fullwidth = True
    acts = OF_SPOOLED
    act_order = ("wake_at", "pk")
    act_noun = ("video", "videos")
    act_row = "renders/act/_spooled.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SpooledVideo]:
        return self.act_queryset(request)

    def act_queryset(self, request: HttpRequest) -> QuerySet[SpooledVideo]:
        rows = SpooledVideo.objects.filter(render__in=Render.objects.visible_to(request.user))
        return rows.select_related("render", "render__workspace")

    def act_matching(self, verb: str, rows: QuerySet[SpooledVideo]) -> QuerySet[SpooledVideo]:
        """Moved is what is still here: not each row of the list."""
        return rows.filter(moved_at__isnull=True)

    def place_of(self, thing: SpooledVideo) -> str:
        return self._list()

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """What waits first, in the order in which it is tried; then what was moved last."""
        return [F("moved_at").desc(nulls_first=True), "wake_at"]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"summary": sentence(), **(extra_context or {})})

    @admin.display(description="Status")
    def state(self, row: SpooledVideo) -> SafeString:
        kind, word = (Shown.RETRYING, "Waits here") if row.moved_at is None else (Shown.COMPLETED, "Moved")
        return format_html(
            '<span class="rh-status rh-status-{}">{}<span>{}</span></span>', kind.value, presentation.shape(kind), word
        )

    @admin.display(description="Video")
    def video(self, row: SpooledVideo) -> SafeString:
        url = reverse("admin:renders_render_change", args=[row.render_id])
        link = '<a class="rh-link" href="{}">{}</a> <span class="rh-dim">{}</span>'
        return format_html(link, url, row.render.name, row.render.workspace)

    @admin.display(description="Size")
    def size(self, row: SpooledVideo) -> str | SafeString:
        """Of all its files that lie in this machine's media folder."""
        places = [folder_of(row.render_id) / name for name in row.files.values()]
        there = [place.stat().st_size for place in places if place.is_file()]
        return filesizeformat(sum(there)) if there else presentation.NONE

    @admin.display(description="Here since")
    def here_since(self, row: SpooledVideo) -> SafeString | str:
        return presentation.relative(row.render.completed_at if row.render.run == row.run else None)

    @admin.display(description="Attempts")
    def attempts(self, row: SpooledVideo) -> int:
        return row.tries

    @admin.display(description="Next try")
    def next_try(self, row: SpooledVideo) -> SafeString | str:
        if row.moved_at is not None:
            return format_html("moved {}", presentation.relative(row.moved_at))
        if row.wake_at <= clock.now():
            return _next(f"within {spool.EVERY:.0f} s")
        return _next(presentation.relative(row.wake_at))

    @admin.display(description="Last error")
    def last_error(self, row: SpooledVideo) -> SafeString | str:
        if not row.error:
            return presentation.NONE
        return format_html('<span class="{}">{}</span>', "rh-dim" if row.moved_at else "rh-error", row.error)


def _next(told: SafeString | str) -> SafeString:
    return format_html('<span class="rh-next">{}</span>', told)


def sentence() -> str:
    """How the spool stands, in one sentence."""
    count, bucket = waiting().count(), destination()
    if bucket is None:
        return "Videos stay here by wish: no bucket comes before the media folder in UPLOAD_CHAIN."
    if not count:
        return f"Nothing waits here. What {bucket} does not take is published from here, and moves there by itself."
    one = count == 1
    told = f"{count} video{'' if one else 's'} wait{'s' if one else ''} here for {bucket}: watched from here meanwhile."
    return f"{told} {bucket} is out of use: nothing is moved." if is_out(bucket) else told
