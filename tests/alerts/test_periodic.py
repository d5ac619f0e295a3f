from __future__ import annotations

from datetime import timedelta

import pytest

from alerts import book, periodic
from alerts.models import Alert, Delivery
from renderhub.lib import clock
from renders.pipeline import outbox
from tests.support import alerting

pytestmark = pytest.mark.django_db


def test_what_is_old_and_done_is_dropped_and_nothing_else(settings):
    alerting.slack_channel()
    for number in range(4):
        outbox.tell("feed.broken", feed_id=number)
    outbox.read()
    old = clock.now() - timedelta(days=settings.RENDERHUB_KEEP_DAYS + 1)
    done, waiting, recent, still_open = Alert.objects.order_by("pk")
    for alert in (done, waiting, recent):
        book.resolve(alert, "Done.")
    Delivery.objects.exclude(alert=waiting).update(state="sent", settled_at=old)
    Alert.objects.filter(pk__in=[done.pk, waiting.pk]).update(resolved_at=old)
    assert periodic.prune() == 6
    assert set(Alert.objects.all()) == {waiting, recent, still_open}
    assert set(Delivery.objects.values_list("alert_id", flat=True)) == {waiting.pk}
