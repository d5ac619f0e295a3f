"""Writes alerts and the deliveries that tell of them. Call it inside a transaction that has `the_streak` locked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.urls import NoReverseMatch, reverse

from alerts import bell
from alerts.acts import Raise, Recover, Report, newest
from alerts.models import Alert, Channel, Delivery, StreakRow
from alerts.rules import FLAPPING
from alerts.vocabulary import AlertKind, AlertState, MessageKind
from renders.models import Render, User

_LONGEST_SUBJECT = 250
_OF_RENDERS = frozenset({AlertKind.RENDER_FAILED, AlertKind.RENDER_HELD, AlertKind.AT_RISK})


def the_streak() -> StreakRow:
    """The one row that whoever writes alerts locks first: two readers of the outbox write one after the other."""
    StreakRow.objects.bulk_create([StreakRow()], ignore_conflicts=True)
    return StreakRow.objects.select_for_update().get()


def open_or_count(act: Raise) -> Alert:
    """One more of an open alert, without a message; or a new one, and everybody is told."""
    alert = Alert.objects.select_for_update().filter(cause=act.cause, state=AlertState.OPEN).first()
    if alert is None:
        alert = _opened(act)
        _tell(alert, MessageKind.OPENED)
        return alert
    _describe(alert, act)
    alert.count += act.count
    alert.last_seen = max(alert.last_seen, act.at)
    # What seemed to be over is not.
    alert.ends_at = None
    alert.save()
    return alert


def recover(act: Recover) -> None:
    """It is over: at once, or, for what comes and goes, when it has stayed so for a while."""
    alert = Alert.objects.select_for_update().filter(cause=act.cause, state=AlertState.OPEN).first()
    if alert is None:
        return
    calm = settings.RENDERHUB_ALERT_CALM_SECONDS if alert.kind in FLAPPING else 0
    if calm:
        alert.ends_at, alert.outcome = _database_now() + timedelta(seconds=calm), act.how
        alert.save(update_fields=["ends_at", "outcome"])
    else:
        resolve(alert, act.how)


def resolve(alert: Alert, how: str, by: User | None = None) -> bool:
    """open -> resolved; everybody is told, once. False where it is resolved already."""
    with transaction.atomic():
        moved = Alert.objects.filter(pk=alert.pk, state=AlertState.OPEN).update(
            state=AlertState.RESOLVED, resolved_at=Now(), resolved_by=by, outcome=how, ends_at=None
        )
        if moved:
            alert.refresh_from_db()
            _tell(alert, MessageKind.RECOVERED)
    return bool(moved)


def report(act: Report) -> None:
    """The same report is delivered once, however often it is told."""
    payload = {"text": act.text, "html": act.html, "blocks": list(act.blocks)}
    _deliver(f"report/{act.key}", MessageKind.REPORT, act.subject, payload=payload)


def ask_for_test(channel: Channel, mark: UUID) -> Delivery:
    """A test message for this channel, due now, whether or not the channel is enabled or broken."""
    delivery = _delivery(channel, f"test/{mark}", MessageKind.TEST, f"A test of the channel {channel.name}")
    delivery.by_hand = True
    delivery.save(force_insert=True)
    delivery.refresh_from_db()
    return delivery


def _opened(act: Raise) -> Alert:
    alert = Alert(
        cause=act.cause,
        kind=act.kind.value,
        count=act.count + act.known,
        first_seen=act.since or act.at,
        last_seen=act.at,
    )
    _describe(alert, act)
    alert.save()
    if not alert.path:
        alert.path = _own_page(alert)
        alert.save(update_fields=["path"])
    return alert


def _describe(alert: Alert, act: Raise) -> None:
    """As it was met the last time."""
    known = [(str(pk), str(name)) for pk, name in alert.renders]
    alert.renders = [list(render) for render in newest([*known, *act.renders])]
    alert.severity, alert.title = act.severity.value, act.title
    alert.details, alert.remedy, alert.stage = act.details, act.remedy, act.stage[:40]
    if act.renders:
        alert.render = Render.objects.filter(pk=act.renders[-1][0]).first()
    alert.path = _path(act, alert) or (_own_page(alert) if alert.pk else "")


def _own_page(alert: Alert) -> str:
    return reverse("admin:alerts_alert_change", args=[alert.pk])


def _path(act: Raise, alert: Alert) -> str:
    """Where in the console this is looked into; empty where that is the alert's own page."""
    if act.kind in _OF_RENDERS and alert.render_id and len(alert.renders) == 1:
        return reverse("admin:renders_render_change", args=[alert.render_id])
    places = {
        AlertKind.SERVICE_DOWN: ("admin:renders_service_changelist", []),
        AlertKind.KEY_REFUSED: ("admin:renders_service_changelist", []),
        AlertKind.FEED_BROKEN: ("admin:renders_feed_change", [act.subject]),
        AlertKind.BELOW_TARGET: ("admin:monitoring_slareport_change", [act.subject]),
    }
    view, args = places.get(act.kind, ("", []))
    try:
        return reverse(view, args=args) if view else ""
    except NoReverseMatch:
        return ""


def _tell(alert: Alert, kind: MessageKind) -> None:
    _deliver(f"alert/{alert.pk}/{kind}", kind, alert.title, alert=alert)


def _deliver(key: str, kind: MessageKind, subject: str, **more: Any) -> None:
    channels = list(Channel.objects.filter(enabled=True))
    rows = [_delivery(channel, f"{key}/{channel.pk}", kind, subject, **more) for channel in channels]
    if rows:
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)
        transaction.on_commit(bell.ring)


def _delivery(channel: Channel, key: str, kind: MessageKind, subject: str, **more: Any) -> Delivery:
    shown = " ".join(subject.split())[:_LONGEST_SUBJECT]
    now: Any = Now()
    return Delivery(channel=channel, key=key, kind=kind.value, subject=shown, next_at=now, created_at=now, **more)


def _database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment
