"""What beat calls, on the `control` queue."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db.models import Model, QuerySet

from alerts.models import Alert, Delivery
from alerts.vocabulary import AlertState
from renderhub.lib import clock

logger = logging.getLogger(__name__)

_BATCH = 1000


@shared_task(name="alerts.prune", ignore_result=False)
def prune() -> int:
    """Drop messages and resolved alerts older than `KEEP_DAYS`; how many went. What is open, or not yet sent, stays."""
    before = clock.now() - timedelta(days=settings.RENDERHUB_KEEP_DAYS)
    gone = _drop(Delivery.objects.filter(settled_at__lt=before))
    gone += _drop(Alert.objects.filter(state=AlertState.RESOLVED, resolved_at__lt=before, deliveries=None))
    logger.info("%d old messages and alerts dropped", gone)
    return gone


def _drop(rows: QuerySet[Model]) -> int:
    gone = 0
    while pks := list(rows.values_list("pk", flat=True)[:_BATCH]):
        gone += rows.model._default_manager.filter(pk__in=pks).delete()[0]
    return gone
