"""The services that renders need: how each answered when it was last asked (R40), and buttons that have them asked, or
take one out of use and back (R10, R39)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from renderhub.lib import clock
from renders.admin.act_forms import OF_SERVICES
from renders.admin.acting import ActingAdmin
from renders.admin.service_words import sentence
from renders.admin.spool import waiting
from renders.health import rounds
from renders.health.check import FOUNDATIONS
from renders.health.standing import Standing, standings
from renders.models import CircuitRow, Service, ServiceStatus
from renders.presentation import stages
from renders.presentation.status import Shown
from renders.templatetags import presentation

_LEFT_ALONE = (Shown.RETRYING, "Left alone", "It keeps failing, and is not called before the time said under Calls.")
_OUT = (Shown.HELD, "Out of use", "An operator has taken it out of use: it is not called before one takes it back.")
_LOOKS = {
    ServiceStatus.UP: (Shown.COMPLETED, "Up", "It answered when it was last asked."),
    ServiceStatus.DOWN: (Shown.FAILED, "Down", "It did not answer well when it was last asked."),
    ServiceStatus.UNKNOWN: (Shown.QUEUED, "Not asked yet", "Nobody has asked it so far."),
}


@admin.register(Service)
class ServiceAdmin(ActingAdmin):
    list_display = ["state", "service", "needed_for", "answered_in", "in_this_state", "asked", "calls", "last_error"]
    acts = OF_SERVICES
    act_order = ("name",)
    act_noun = ("service", "services")
    act_row = "renders/act/_service.html"
    list_display_links = None
    sortable_by = ()
    list_fullwidth = True
    standings: Mapping[str, Standing] = {}
    """As read for the last page: columns are told nothing of the request. Whoever reads next shows the newer ones."""

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """What is down first, then what is left alone or out of use, then what all need, then the providers."""
        alone = CircuitRow.objects.filter(open_until__isnull=False).values("provider")
        out = CircuitRow.objects.filter(out_since__isnull=False).values("provider")
        ill = [_first(status=ServiceStatus.DOWN), _first(name__in=alone), _first(name__in=out)]
        return [*ill, _first(name__in=FOUNDATIONS), "name"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("renders.view_service"))

    def get_urls(self) -> list[URLPattern]:
        check = self.admin_site.admin_view(require_POST(self.check_now))
        return [path("check/", check, name="renders_service_check"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        self.standings = standings()
        summary = sentence(list(Service.objects.all()), clock.now(), self.standings)
        spooled = waiting().count() if request.user.has_perm("renders.view_spooledvideo") else 0
        extra = {"summary": summary, "operation": uuid.uuid4(), "spooled": spooled, **(extra_context or {})}
        return super().changelist_view(request, extra)

    # Acts: each row has the button of what can be done with it; rows are not chosen.

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [*self.list_display, *(["deeds"] if self.may_act(request) else [])]

    def act_queryset(self, request: HttpRequest) -> QuerySet[Service]:
        return Service.objects.all()

    def act_matching(self, verb: str, rows: QuerySet[Service]) -> QuerySet[Service]:
        """Nothing is done to a service that was not named."""
        return rows.none()

    def place_of(self, thing: Service) -> str:
        return self._list()

    @admin.display(description="Act")
    def deeds(self, service: Service) -> SafeString | str:
        standing = self.standings.get(service.name)
        if standing is None:
            return presentation.NONE
        if standing.out is not None:
            return _side_by_side(self._back(service, "Take back", " into use"))
        out = format_html(
            '<a class="rh-button" href="{}?id={}">Take out…<span class="rh-unseen"> of use: {}</span></a>',
            self._address("out"), service.pk, service.name,
        )  # fmt: skip
        ill = standing.left_alone or standing.pause_until is not None or _is_down(service)
        return _side_by_side(*([self._back(service, "Try now")] if ill else []), out)

    def _back(self, service: Service, word: str, more: str = "") -> SafeString:
        """Its form stands in the head of the page: one click does it."""
        return format_html(
            '<button class="rh-button" form="service-back" name="id" value="{}:0">{}<span class="rh-unseen">{}: {}'
            "</span></button>", service.pk, word, more, service.name,
        )  # fmt: skip

    def check_now(self, request: HttpRequest) -> HttpResponse:
        """Has a worker ask them all: this process need not have the engines."""
        if not self.has_view_permission(request):
            return HttpResponse("Not allowed.", status=403)
        try:
            rounds.ring()
            messages.success(request, "They are being asked; the list follows within seconds.")
        except (OperationalError, OSError) as error:
            said = " ".join(str(error).split())[:200]
            messages.error(request, f"No worker can be told to ask them: the broker cannot be used ({said}).")
        return HttpResponseRedirect(reverse("admin:renders_service_changelist"))

    @admin.display(description="Status")
    def state(self, service: Service) -> SafeString:
        kind, word, meaning = _LOOKS[ServiceStatus(service.status)]
        standing = self.standings.get(service.name)
        if standing is not None and standing.out is not None:
            kind, word, meaning = _OUT
        elif standing is not None and standing.left_alone and service.status != ServiceStatus.DOWN:
            kind, word, meaning = _LEFT_ALONE
        return format_html(
            '<span class="rh-status rh-status-{}" title="{}">{}<span>{}</span></span>',
            kind.value,
            meaning,
            presentation.shape(kind),
            word,
        )

    @admin.display(description="Service")
    def service(self, service: Service) -> SafeString:
        name = service.name.capitalize() if service.name in FOUNDATIONS else service.name
        return format_html('<strong class="rh-service" data-key="{}">{}</strong>', service.name, name)

    @admin.display(description="Needed for")
    def needed_for(self, service: Service) -> str:
        if not service.stages:
            return "everything"
        named = ", ".join(stages.title(stage).lower() for stage in service.stages)
        return named if service.primary else f"{named} (fallback)"

    @admin.display(description="Answered in")
    def answered_in(self, service: Service) -> str | SafeString:
        if service.latency_ms is None or service.status == ServiceStatus.DOWN:
            return presentation.NONE
        return f"{service.latency_ms:.0f} ms" if service.latency_ms >= 1 else "< 1 ms"

    @admin.display(description="Since")
    def in_this_state(self, service: Service) -> SafeString | str:
        return presentation.relative(service.since)

    @admin.display(description="Asked")
    def asked(self, service: Service) -> SafeString | str:
        return presentation.relative(service.checked_at)

    @admin.display(description="Calls")
    def calls(self, service: Service) -> SafeString | str:
        standing = self.standings.get(service.name)
        return _calls(standing) if standing is not None else presentation.NONE

    @admin.display(description="Last error")
    def last_error(self, service: Service) -> SafeString | str:
        if not service.error:
            return presentation.NONE
        if service.status != ServiceStatus.DOWN:
            return format_html('<span class="rh-dim">{}</span>', service.error)
        remedy = format_html('<span class="rh-remedy">{}</span>', service.remedy) if service.remedy else ""
        return format_html('<span class="rh-error">{}</span>{}', service.error, remedy)


def _calls(standing: Standing) -> SafeString | str:
    """How its calls have gone, whether it is left alone, and its limits."""
    lines: list[SafeString | str] = []
    if standing.out is not None:
        lines.append(format_html("taken out {} by {}", presentation.relative(standing.out.since), standing.out.by))
        lines += [format_html("“{}”", standing.out.reason)] if standing.out.reason else []
    if standing.left_alone and standing.circuit.open_until is not None:
        until = presentation.clock_time(standing.circuit.open_until)
        when = "one call tries it now" if standing.state != "open" else format_html("left alone until {}", until)
        lines += [when, format_html('<span class="rh-error">{}</span>', standing.met[:200])]
    if standing.pause_until is not None:
        lines.append(format_html("asked for a pause until {}", presentation.clock_time(standing.pause_until)))
    lines += [told for told in (standing.calls_told(), standing.limit_told()) if told]
    return format_html_join("", '<span class="rh-line">{}</span>', ((line,) for line in lines)) or presentation.NONE


def _side_by_side(*buttons: SafeString) -> SafeString:
    return format_html('<span class="rh-deeds">{}</span>', format_html_join("", "{}", ((one,) for one in buttons)))


def _is_down(service: Service) -> bool:
    """And believed to be."""
    return service.status == ServiceStatus.DOWN and service.checked_at is not None


def _first(**where: object) -> Case:
    return Case(When(**where, then=Value(0)), default=Value(1), output_field=IntegerField())
