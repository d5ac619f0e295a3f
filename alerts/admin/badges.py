"""States as word, shape and colour: those that the whole console uses (LOOK)."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from alerts.models import Alert, Channel, Delivery
from alerts.vocabulary import AlertState, DeliveryState, Severity
from renders.presentation.status import Shown
from renders.templatetags import presentation

_SEVERITIES = {
    Severity.CRITICAL: (Shown.FAILED, "Critical", "Videos are not made, or not in time, until somebody acts."),
    Severity.WARNING: (Shown.RETRYING, "Warning", "Something is worse than it should be; the day's videos still come."),
}
_DELIVERIES = {
    DeliveryState.PENDING: (Shown.QUEUED, "Waits", "It is sent when its time has come and its channel works."),
    DeliveryState.SENDING: (Shown.PROCESSING, "Being sent", "In a sender's hands."),
    DeliveryState.SENT: (Shown.COMPLETED, "Sent", "The other side has said that it took it."),
    DeliveryState.UNCERTAIN: (
        Shown.HELD,
        "Sent, uncertain",
        "Taken, perhaps twice: an earlier sender was cut off after it had handed the message over.",
    ),
    DeliveryState.FAILED: (Shown.FAILED, "Failed", "Not sent. Nothing tries again until a person does."),
}


def of_alert(alert: Alert) -> SafeString:
    if alert.state == AlertState.RESOLVED:
        return _badge(Shown.COMPLETED, "Resolved", "It is over.")
    shown, word, meaning = _SEVERITIES[Severity(alert.severity)]
    if alert.ends_at is not None:
        return _badge(Shown.PROCESSING, "Ending", "It is well again; if that lasts, it is over.")
    return _badge(shown, word, meaning)


def of_channel(channel: Channel) -> SafeString:
    if channel.broken_at is not None:
        return _badge(Shown.FAILED, "Broken", "Nothing is sent there until it is mended: test it, or save it anew.")
    if not channel.enabled:
        return _badge(Shown.CANCELLED, "Off", "It gets no messages.")
    return _badge(Shown.COMPLETED, "On", "It gets every alert and the daily report.")


def of_delivery(delivery: Delivery) -> SafeString:
    return _badge(*_DELIVERIES[DeliveryState(delivery.state)])


def answer_of(delivery: Delivery) -> SafeString | str:
    """What came back; where nothing could, what it waits for."""
    if delivery.answer or delivery.state != DeliveryState.PENDING or delivery.by_hand:
        return delivery.answer or presentation.NONE
    if delivery.channel.broken_at is not None:
        return "Waits for its channel, which is broken."
    return presentation.NONE if delivery.channel.enabled else "Waits for its channel, which is off."


def _badge(shown: Shown, word: str, meaning: str) -> SafeString:
    return format_html(
        '<span class="rh-status rh-status-{}" title="{}">{}<span>{}</span></span>',
        shown.value,
        meaning,
        presentation.shape(shown),
        word,
    )
