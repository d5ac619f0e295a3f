"""The services that renders need: how each answered when it was last asked (R40), and a button that has them asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from renderhub.lib import clock
from renders.admin.read_only import ReadOnlyAdmin
from renders.health import rounds
from renders.health.check import FOUNDATIONS
from renders.health.standing import Standing, standings
from renders.models import CircuitRow, Service, ServiceStatus
from renders.presentation import stages
from renders.presentation.status import Shown
from renders.templatetags import presentation

_LEFT_ALONE = (Shown.RETRYING, "Left alone", "It keeps failing, and is not called before the time said under Calls.")
_LOOKS = {
    ServiceStatus.UP: (Shown.COMPLETED, "Up", "It answered when it was last asked."),
    ServiceStatus.DOWN: (Shown.FAILED, "Down", "It did not answer well when it was last asked."),
    ServiceStatus.UNKNOWN: (Shown.QUEUED, "Not asked yet", "Nobody has asked it so far."),
}


@admin.register(Service)
class ServiceAdmin(ReadOnlyAdmin):
    list_display = ["state", "service", "needed_for", "answered_in", "in_this_state", "asked", "calls", "last_error"]
    list_display_links = None
    sortable_by = ()
    list_fullwidth = True
    standings: Mapping[str, Standing] = {}
    """As read for the last page: columns are told nothing of the request. Whoever reads next shows the newer ones."""

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """What is down first, then what is left alone, then what all need, then the providers."""
        alone = CircuitRow.objects.filter(open_until__isnull=False).values("provider")
        return [_first(status=ServiceStatus.DOWN), _first(name__in=alone), _first(name__in=FOUNDATIONS), "name"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("renders.view_service"))

    def get_urls(self) -> list[URLPattern]:
        check = self.admin_site.admin_view(require_POST(self.check_now))
        return [path("check/", check, name="renders_service_check"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        self.standings = standings()
        summary = {"summary": sentence(list(Service.objects.all()), clock.now(), self.standings)}
        answer: TemplateResponse = super().changelist_view(request, {**summary, **(extra_context or {})})
        return answer

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
        if standing is not None and standing.left_alone and service.status != ServiceStatus.DOWN:
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
        return format_html('<strong class="rh-service">{}</strong>', name)

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
    if standing.left_alone and standing.circuit.open_until is not None:
        until = presentation.clock_time(standing.circuit.open_until)
        when = "one call tries it now" if standing.state != "open" else format_html("left alone until {}", until)
        lines += [when, format_html('<span class="rh-error">{}</span>', standing.met[:200])]
    if standing.pause_until is not None:
        lines.append(format_html("asked for a pause until {}", presentation.clock_time(standing.pause_until)))
    lines += [told for told in (standing.calls_told(), standing.limit_told()) if told]
    return format_html_join("", '<span class="rh-line">{}</span>', ((line,) for line in lines)) or presentation.NONE


def _first(**where: object) -> Case:
    return Case(When(**where, then=Value(0)), default=Value(1), output_field=IntegerField())


def sentence(services: list[Service], now: datetime, standings: Mapping[str, Standing] | None = None) -> str:
    """How things stand, in one sentence; what stands behind it is old where nobody asks any more."""
    asked = [service.checked_at for service in services if service.checked_at]
    if not asked:
        return "Nobody has asked the services yet. Beat does so every minute, and a worker of the queue control."
    down = [service for service in services if service.status == ServiceStatus.DOWN]
    names = ", ".join(service.name for service in down)
    told = _all_up(services)
    if down:
        verb = "is" if len(down) == 1 else "are"
        told = f"{len(down)} of {len(services)} services {verb} down: {names}."
        if not any(service.primary for service in down):
            told += " Only fallbacks: renders go on as they should."
    told += _left_alone(standings or {}, but={service.name for service in down})
    if now - max(asked) > rounds.SILENCE:
        minutes = int((now - max(asked)).total_seconds() // 60)
        told += f" That was {minutes} minutes ago: nobody asks them any more. Are beat and the control worker running?"
    return told


def trouble(services: list[Service], now: datetime, standings: Mapping[str, Standing]) -> str:
    """The same for a page about something else: empty where nothing is wrong, or nobody has asked yet."""
    if not any(service.checked_at for service in services):
        return _left_alone(standings, but=()).strip()
    told = sentence(services, now, standings)
    return "" if told == _all_up(services) else told


def _all_up(services: list[Service]) -> str:
    return f"All {len(services)} services are up."


def _left_alone(standings: Mapping[str, Standing], but: Collection[str]) -> str:
    """What keeps failing although it answers when it is asked how it is."""
    names = [name for name, standing in standings.items() if standing.left_alone and name not in but]
    verb = "is" if len(names) == 1 else "are"
    return f" {len(names)} {verb} left alone: {', '.join(names)}." if names else ""
