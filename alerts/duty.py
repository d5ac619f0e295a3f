"""What the leading keeper does for alerts, needing neither broker nor workers: closes what is over, rings for what is
due, and sends it itself where nobody does."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from alerts import bell, book, over, sending
from alerts.models import Alert, Delivery
from alerts.vocabulary import UNSETTLED, AlertKind, AlertState
from renders.domain.states import RenderStatus
from renders.models import DailyRun, RenderFailure

EVERY = 1.0
"""Seconds between two turns: about as often as Slack takes a message."""
SILENCE = 30.0
"""Seconds that something is due and its channel free, until the keeper takes workers for silent."""
SECONDS = 20.0
"""How long the keeper begins messages at a time."""


def attend() -> None:
    """One turn. Safe to run twice at once: every move is guarded."""
    close_what_is_over()
    due = _due()
    if not due.exists():
        return
    long_ago = Now() - timedelta(seconds=SILENCE)
    silent = due.filter(Q(channel__free_at__isnull=True) | Q(channel__free_at__lt=long_ago), next_at__lt=long_ago)
    if silent.exists():
        sending.send_due(SECONDS)
    else:
        bell.ring()


def _due() -> QuerySet[Delivery]:
    due = Delivery.objects.filter(state__in=UNSETTLED, next_at__lte=Now())
    free = Q(channel__free_at__isnull=True) | Q(channel__free_at__lte=Now())
    works = Q(by_hand=True) | Q(channel__enabled=True, channel__broken_at__isnull=True)
    return due.filter(free, works)


def close_what_is_over() -> int:
    """Alerts whose time of calm has passed, and those that no render and no day stands for any more; how many."""
    open_ones = Alert.objects.filter(state=AlertState.OPEN)
    calm = open_ones.filter(ends_at__lte=Now())
    closed = sum(_close(alert.pk, calm) for alert in calm)
    settled = [alert for alert in open_ones.filter(kind__in=_OVER) if _OVER[AlertKind(alert.kind)](alert)]
    return closed + sum(_close(alert.pk, open_ones) for alert in settled)


def _close(pk: int, still: QuerySet[Alert]) -> bool:
    """Under the lock of those who raise alerts, and looked at again: what has just come back stays open."""
    with transaction.atomic():
        book.the_streak()
        alert = still.filter(pk=pk).first()
        if alert is None:
            return False
        if alert.ends_at is not None:
            return book.resolve(alert, alert.outcome)
        how = _OVER[AlertKind(alert.kind)](alert)
        return bool(how) and book.resolve(alert, how)


def _made_good(alert: Alert) -> str:
    """How it ended, once none of the renders that failed for this cause waits for somebody; empty before that."""
    known = RenderFailure.objects.filter(final=True, fingerprint=alert.cause.removeprefix("failed/"))
    over = Q(resolved=True) | Q(render__status__in=[RenderStatus.COMPLETED, RenderStatus.CANCELLED])
    # Of renders that were deleted nothing is known any more: a person has to say that it is over.
    if known.exclude(over).exists() or not known.exists():
        return ""
    return "Each of its renders was made after all, cancelled, or dealt with."


def _made_up_for(alert: Alert) -> str:
    """How it ended, once the day that was missed has its render; empty before that."""
    workspace, language, day = alert.cause.removeprefix("daily/").rsplit("/", 2)
    with contextlib.suppress(ValueError):
        runs = DailyRun.objects.filter(workspace__name=workspace, language=language, date=date.fromisoformat(day))
        if runs.filter(render__isnull=False).exists():
            return "The day's video was asked for after all."
    return ""


_OVER: dict[AlertKind, Callable[[Alert], str]] = {
    AlertKind.RENDER_FAILED: _made_good,
    AlertKind.DAILY_MISSED: _made_up_for,
    AlertKind.SERVICE_DOWN: over.answers_again,
    AlertKind.KEY_REFUSED: over.answers_again,
    AlertKind.RENDER_HELD: over.nothing_held,
    AlertKind.AT_RISK: over.nothing_at_risk,
}
"""Alerts of which no event says for certain that they are over: what they stand for is looked at."""
