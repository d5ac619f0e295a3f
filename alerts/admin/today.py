"""Open alerts, for the console's first page."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from alerts.admin import badges
from alerts.models import Alert
from alerts.vocabulary import AlertState
from renders.admin.notices import Notice

MOST = 10


def notices(request: HttpRequest) -> list[Notice]:
    """The gravest and newest first; none for those who may not look at alerts."""
    if not request.user.has_perm("alerts.view_alert"):
        return []
    # `critical` comes before `warning` in the alphabet, too.
    alerts = Alert.objects.filter(state=AlertState.OPEN).order_by("severity", "-last_seen")[:MOST]
    return [
        Notice(
            badge=badges.of_alert(alert),
            title=alert.title,
            url=reverse("admin:alerts_alert_change", args=[alert.pk]),
            details=alert.details,
            since=alert.first_seen,
            count=alert.count,
        )
        for alert in alerts
    ]
