"""What a message says, before a channel gives it its form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils import timezone

from alerts.models import Alert, Delivery
from alerts.vocabulary import AlertState, MessageKind, Severity
from renders.presentation import stages
from renders.presentation.status import LOOKS, Look, Shown
from renders.presentation.times import duration


class Mood(StrEnum):
    """What a reader tells apart at a glance: a word, a shape and a colour (LOOK)."""

    CRITICAL = "critical"
    WARNING = "warning"
    RECOVERED = "recovered"
    TEST = "test"


@dataclass(frozen=True)
class MoodLook:
    word: str
    symbol: str
    like: Look
    """Whose colours it wears."""


MOODS = {
    Mood.CRITICAL: MoodLook("Critical", LOOKS[Shown.FAILED].symbol, LOOKS[Shown.FAILED]),
    Mood.WARNING: MoodLook("Warning", "▲", LOOKS[Shown.RETRYING]),
    Mood.RECOVERED: MoodLook("Recovered", LOOKS[Shown.COMPLETED].symbol, LOOKS[Shown.COMPLETED]),
    Mood.TEST: MoodLook("Test", LOOKS[Shown.QUEUED].symbol, LOOKS[Shown.QUEUED]),
}


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True)
class Notice:
    """A message about an alert, or a test."""

    mood: Mood
    title: str
    details: str
    remedy: str
    facts: tuple[tuple[str, str], ...]
    """What and its value: stage, how often, since when."""
    link: Link
    """Where to look into it."""
    renders: tuple[Link, ...] = ()
    repeated: bool = False
    """An earlier try may have arrived."""

    @property
    def subject(self) -> str:
        return f"{MOODS[self.mood].symbol} {MOODS[self.mood].word}: {self.title}"


@dataclass(frozen=True)
class Report:
    """A report, delivered as it was written."""

    subject: str
    text: str
    html: str
    blocks: Sequence[Any]
    repeated: bool = False


Content = Notice | Report


def content_of(delivery: Delivery) -> Content:
    """What the delivery says as things stand now: counts are fresh, whenever it is sent."""
    repeated = delivery.doubts > 0
    if delivery.kind == MessageKind.REPORT:
        given = delivery.payload
        return Report(delivery.subject, given["text"], given["html"], given["blocks"], repeated)
    if delivery.alert is None:
        return _test(delivery, repeated)
    return _about(delivery.alert, recovered=delivery.kind == MessageKind.RECOVERED, repeated=repeated)


def absolute(path: str) -> str:
    """The address of a page, as somebody outside can open it."""
    return f"{settings.RENDERHUB_BASE_URL}{path}"


def moment(at: datetime) -> str:
    """In the site's time zone, which it names."""
    return f"{timezone.localtime(at):%a %-d %b %Y, %H:%M:%S %Z}"


def _about(alert: Alert, *, recovered: bool, repeated: bool) -> Notice:
    mood = Mood.RECOVERED if recovered else Mood(Severity(alert.severity).value)
    facts = [("Stage", stages.title(alert.stage))] if alert.stage else []
    facts += [("Count", str(alert.count)), ("First seen", moment(alert.first_seen))]
    if alert.count > 1:
        facts.append(("Last seen", moment(alert.last_seen)))
    details, remedy = alert.details, alert.remedy
    if alert.state == AlertState.RESOLVED and alert.resolved_at is not None:
        facts.append(("Over", moment(alert.resolved_at)))
        facts.append(("Lasted", duration((alert.resolved_at - alert.first_seen).total_seconds())))
        if recovered:
            details, remedy = alert.outcome or "It is over.", ""
        else:
            details = f"{details}\nIt is over by now: {alert.outcome}"
    return Notice(
        mood=mood,
        title=alert.title,
        details=details,
        remedy=remedy,
        facts=tuple(facts),
        link=Link("Open it in the console", absolute(alert.path)),
        renders=tuple(Link(str(name), absolute(_render_path(str(pk)))) for pk, name in reversed(alert.renders)),
        repeated=repeated,
    )


def _test(delivery: Delivery, repeated: bool) -> Notice:
    return Notice(
        mood=Mood.TEST,
        title=f"A test of the channel {delivery.channel.name}",
        details="If you can read this, alerts and the daily report reach you here.",
        remedy="",
        facts=(("Asked for", moment(delivery.created_at)),),
        link=Link("Open the console", absolute("/admin/")),
        repeated=repeated,
    )


def _render_path(pk: str) -> str:
    from django.urls import reverse

    return reverse("admin:renders_render_change", args=[pk])
