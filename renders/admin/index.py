"""The console's first page: how the day stands, what is wrong, what needs somebody, what happened last. Six queries."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from renderhub.lib import clock
from renders.admin import notices, service_words
from renders.admin.render_filters import OF_SHOWN
from renders.domain.states import OPEN_RENDERS, RenderStatus
from renders.health.standing import standings
from renders.models import Render, RenderFailure, Service
from renders.presentation.status import LOOKS, Shown

_ENDED = (Shown.COMPLETED, Shown.CANCELLED)
_MOST = 10


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's callback for the index; those who may not look at renders get the plain one."""
    if not request.user.has_perm("renders.view_render"):
        return context
    renders = Render.objects.visible_to(request.user)
    counts = _counts(renders)
    needy = list(_needs_somebody(renders)[: _MOST + 1])
    columns = ("input_text", "items")
    latest = list(renders.select_related("workspace", "outlook").defer(*columns).order_by("-created_at")[:_MOST])
    return {
        **context,
        "today": timezone.localtime(clock.now()),
        "sentence": _sentence(counts, len(needy)),
        "tiles": [_tile(kind, counts[kind.value]) for kind in OF_SHOWN],
        "wrong": notices.of(request),
        "services": _services(request),
        "needy": needy[:_MOST],
        "more_needy": len(needy) > _MOST,
        "latest": latest,
    }


def _counts(renders: QuerySet[Render]) -> dict[str, int]:
    """Open renders, whenever they were asked for, and what was asked for or completed today."""
    today = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    of_today = Q(queued_at__gte=today) | Q(completed_at__gte=today)
    counted = {
        kind.value: Count("pk", filter=(where & of_today) if kind in (*_ENDED, Shown.FAILED) else where)
        for kind, where in OF_SHOWN.items()
    }
    return renders.aggregate(
        **counted, late=Count("pk", filter=_late()), at_risk=Count("pk", filter=_at_risk() & ~_late())
    )


def _late() -> Q:
    return Q(due_at__lt=clock.now()) & (Q(status__in=OPEN_RENDERS) | Q(status=RenderStatus.FAILED, final=False))


def _at_risk() -> Q:
    return Q(outlook__at_risk=True) & (Q(status__in=OPEN_RENDERS) | Q(status=RenderStatus.FAILED, final=False))


def _services(request: HttpRequest) -> str:
    """What is wrong with the services, for those who may look at them."""
    if not request.user.has_perm("renders.view_service"):
        return ""
    return service_words.trouble(list(Service.objects.all()), clock.now(), standings())


def _needs_somebody(renders: QuerySet[Render]) -> QuerySet[Render]:
    """Failed for good and nobody has dealt with it, held, late, or at risk of being so. What tries again by itself is
    not among them."""
    unresolved = RenderFailure.objects.filter(render=OuterRef("pk"), run=OuterRef("run"), final=True, resolved=False)
    failed = Q(status=RenderStatus.FAILED, final=True) & Exists(unresolved)
    rows = renders.filter(failed | Q(status=RenderStatus.HELD) | _late() | _at_risk())
    return rows.select_related("workspace", "outlook").defer("input_text", "items").order_by("due_at", "-queued_at")


def _sentence(counts: dict[str, int], needy: int) -> str:
    made = counts[Shown.COMPLETED]
    under_way = counts[Shown.PROCESSING] + counts[Shown.QUEUED]
    told = [f"{made} video{'' if made == 1 else 's'} made today", f"{under_way} under way"]
    if counts[Shown.RETRYING]:
        told.append(f"{counts[Shown.RETRYING]} trying again by itself")
    if counts["late"]:
        told.append(f"{counts['late']} late")
    if counts["at_risk"]:
        told.append(f"{counts['at_risk']} at risk of coming late")
    who = {0: "Nothing needs you.", 1: "One render needs you."}.get(needy, f"{needy} renders need you.")
    if needy > _MOST:
        who = f"More than {_MOST} renders need you."
    return f"{', '.join(told)}. {who}"


def _tile(kind: Shown, count: int) -> dict[str, Any]:
    return {
        "kind": kind.value,
        "word": LOOKS[kind].word,
        "count": count,
        "url": f"{reverse('admin:renders_render_changelist')}?status={kind.value}",
        "note": "today" if kind in (*_ENDED, Shown.FAILED) else "now",
    }
