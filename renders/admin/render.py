"""Renders: the list (R60) and the page of one (R61)."""

from __future__ import annotations

import re
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, CharField, Count, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Concat
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.csrf import csrf_exempt

from renders.actions import retry
from renders.admin import render_add, render_page
from renders.admin.act_forms import OF_RENDERS
from renders.admin.acting import ActingAdmin, buttons_for
from renders.admin.render_filters import FILTERS, OF_SHOWN, status_links
from renders.domain.job import Priority
from renders.domain.states import SETTLED_STEPS, RenderStatus
from renders.models import Render, Step
from renders.presentation import stages
from renders.presentation.status import Shown
from renders.templatetags import presentation

_PART_OF_ID = re.compile(r"[0-9a-f-]{6,36}", re.IGNORECASE)
_PRIORITY = {Priority.HIGH: ("▲", "high priority"), Priority.LOW: ("▽", "low priority")}


@admin.register(Render)
class RenderAdmin(ActingAdmin):
    list_display = ["state", "title", "where", "workspace", "age", "due", "marks", "took"]
    list_display_links = ["title"]
    list_select_related = ["workspace", "outlook"]
    list_filter = FILTERS
    list_filter_submit = True
    search_fields = ["name"]
    search_help_text = "Name or id"
    ordering = ["-created_at"]
    list_fullwidth = True
    acts = OF_RENDERS
    act_order = ("queued_at", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Render]:
        """The list's rows: what its columns show, no more."""
        rows = Render.objects.visible_to(request.user).defer("input_text", "items", "error_message", "error_remedy")
        return rows.annotate(progress=Case(When(status=RenderStatus.PROCESSING, then=_steps_done())))

    # The list

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        context = (response.context_data or {}) if isinstance(response, TemplateResponse) else {}
        if "cl" in context:
            counts = _counts(Render.objects.visible_to(request.user))
            context["status_links"] = status_links(context["cl"], counts)
            context["retry_all"] = counts[Shown.FAILED] and self.may_act(request)
        return response

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Render], search_term: str
    ) -> tuple[QuerySet[Render], bool]:
        term = search_term.strip().lstrip("…")
        found, distinct = super().get_search_results(request, queryset, term)
        if _PART_OF_ID.fullmatch(term):
            by_id = queryset.annotate(id_text=Cast("id", CharField())).filter(id_text__contains=term.lower())
            found = queryset.filter(Q(pk__in=by_id.values("pk")) | Q(pk__in=found.values("pk")))
        return found, distinct

    @admin.display(description="Status", ordering="status")
    def state(self, render: Render) -> SafeString:
        return presentation.status_badge(render)

    @admin.display(description="Name", ordering="name")
    def title(self, render: Render) -> SafeString:
        mark, word = _PRIORITY.get(Priority(render.priority), ("", ""))
        told = (
            format_html(
                '<span class="rh-priority rh-priority-{}" title="{}"><span aria-hidden="true">{}</span>'
                '<span class="rh-unseen">{}</span></span> ',
                render.priority, word, mark, word,
            )
            if mark
            else ""
        )  # fmt: skip
        return format_html("{}{}", told, render.name)

    @admin.display(description="Stage")
    def where(self, render: Render) -> SafeString | str:
        if render.status not in (RenderStatus.PROCESSING, RenderStatus.FAILED) or not render.stage:
            return presentation.NONE
        steps = getattr(render, "progress", None)
        dim = format_html(' <span class="rh-dim">{}</span>', steps) if steps else ""
        return format_html("{}{}", stages.title(render.stage), dim)

    @admin.display(description="Age", ordering="-created_at")
    def age(self, render: Render) -> SafeString | str:
        return presentation.relative(render.created_at)

    @admin.display(description="Due", ordering="due_at")
    def due(self, render: Render) -> SafeString | str:
        return presentation.due(render)

    @admin.display(description="Degraded")
    def marks(self, render: Render) -> SafeString | str:
        return presentation.fallbacks(render)

    @admin.display(description="Took", ordering="processing_ms")
    def took(self, render: Render) -> SafeString | str:
        return presentation.milliseconds(render.processing_ms)

    # Acts (R62)

    def act_queryset(self, request: HttpRequest) -> QuerySet[Render]:
        return Render.objects.visible_to(request.user).select_related("workspace")

    def act_matching(self, verb: str, rows: QuerySet[Render]) -> QuerySet[Render]:
        """Retried is what needs it: not each row of the list."""
        return retry.failed_for_good(rows) if verb == "retry" else rows

    def place_of(self, thing: Render) -> str:
        return reverse("admin:renders_render_change", args=[thing.pk])

    # A new one (R1)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("renders.add_render"))

    def get_urls(self) -> list[URLPattern]:
        # The limits on uploads must be in place before the form is read: the view checks the token itself.
        add = csrf_exempt(partial(render_add.view, self))
        return [path("add/", self.admin_site.admin_view(add), name="renders_render_add"), *super().get_urls()]

    # The page of one

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        render = _by_id(Render.objects.visible_to(request.user), object_id)
        run = _run_asked_for(request, render)
        context = {
            **self.admin_site.each_context(request),
            "title": render.name,
            "opts": self.opts,
            "original": render,
            "page": render_page.build(render, run),
            "buttons": buttons_for(render) if self.may_act(request) else [],
            "may_resolve": request.user.has_perm("renders.change_renderfailure"),
        }
        return TemplateResponse(request, "renders/render/page.html", context)


def _counts(renders: QuerySet[Render]) -> dict[str, int]:
    counted = {kind.value: Count("pk", filter=condition) for kind, condition in OF_SHOWN.items()}
    return renders.aggregate(**counted)


def _by_id(renders: QuerySet[Render], object_id: str) -> Render:
    try:
        return renders.select_related("workspace", "daily_run", "outlook", "spooled").get(pk=UUID(object_id))
    except (ValueError, Render.DoesNotExist):
        raise Http404("There is no such render.") from None


def _run_asked_for(request: HttpRequest, render: Render) -> int:
    asked = request.GET.get("run", str(render.run))
    if not asked.isdecimal() or not 1 <= int(asked) <= render.run:
        raise Http404(f"It has {render.run} run(s).")
    return int(asked)


def _steps_done() -> Subquery:
    """`7 of 13` for the steps of the current run."""
    of_run = Step.objects.filter(render=OuterRef("pk"), run=OuterRef("run")).order_by().values("render")
    done = Count("pk", filter=Q(status__in=SETTLED_STEPS))
    text = Concat(Cast(done, CharField()), Value(" of "), Cast(Count("pk"), CharField()))
    return Subquery(of_run.annotate(text=text).values("text"), output_field=CharField())
