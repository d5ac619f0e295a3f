"""Whether what an alert stands for is over, by the rows that it was raised for: how it ended, or nothing while it has
not. For what no event tells the end of for certain."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models.functions import Now

from alerts.models import Alert
from renders.domain.states import RenderStatus
from renders.models import CircuitRow, Outlook, Render, Service, ServiceStatus


def answers_again(alert: Alert) -> str:
    """A net below `service.up` and `circuit.closed`: a service that is well for long enough. Until then, and where
    nobody asks it any more, only those events end it."""
    name = alert.cause.partition("/")[2]
    if CircuitRow.objects.filter(provider=name, open_until__isnull=False).exists():
        return ""
    long_ago = Now() - timedelta(seconds=2 * settings.RENDERHUB_ALERT_CALM_SECONDS)
    well = Service.objects.filter(name=name, status=ServiceStatus.UP, since__lt=long_ago)
    lasting = Alert.objects.filter(pk=alert.pk, last_seen__lt=long_ago)
    return f"{name} answers again." if well.exists() and lasting.exists() else ""


def nothing_held(alert: Alert) -> str:
    """None of that morning, or of that day where nothing publishes them by itself, is held any more."""
    held = Render.objects.filter(status=RenderStatus.HELD)
    moment = _moment(alert)
    mine = held.filter(wake_at=moment) if moment is not None else held.filter(wake_at__isnull=True)
    return "" if mine.exists() else "Each of them was repaired, went out as it was, or was cancelled."


def nothing_at_risk(alert: Alert) -> str:
    """None that is due then is at risk any more, and has not been for a while."""
    if Outlook.objects.filter(at_risk=True, render__due_at=_moment(alert)).exists():
        return ""
    calm = Now() - timedelta(seconds=settings.RENDERHUB_ALERT_CALM_SECONDS)
    lasting = Alert.objects.filter(pk=alert.pk, last_seen__lt=calm)
    return "None of them is at risk any more: they are ready, or have time enough." if lasting.exists() else ""


def _moment(alert: Alert) -> datetime | None:
    """The moment that the cause names; None where it is a day."""
    named = alert.cause.partition("/")[2]
    try:
        return datetime.fromisoformat(named) if "T" in named else None
    except ValueError:
        return None
