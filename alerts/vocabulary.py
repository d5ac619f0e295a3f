"""The words of alerts, written once: models, rules and pages use these. Pure Python."""

from __future__ import annotations

from enum import StrEnum


class AlertKind(StrEnum):
    RENDER_FAILED = "render_failed"
    """A render failed for good."""
    IN_A_ROW = "in_a_row"
    """Several runs failed with none completed between them, whichever renders they were of."""
    SERVICE_DOWN = "service_down"
    """It does not answer, or is left alone because it keeps failing."""
    KEY_REFUSED = "key_refused"
    """A service refused the key, or its quota is used up."""
    RENDER_HELD = "render_held"
    AT_RISK = "at_risk"
    """A promised video may come too late."""
    FEED_BROKEN = "feed_broken"
    DAILY_MISSED = "daily_missed"
    BELOW_TARGET = "below_target"
    SILENT = "silent"
    """Beat, or all workers."""
    QUEUE = "queue"
    """Too much waits, or for too long."""
    DISK = "disk"
    """The disk that videos lie on fills up."""


class Severity(StrEnum):
    CRITICAL = "critical"
    """Videos are not made, or not in time, until somebody acts."""
    WARNING = "warning"
    """Something is worse than it should be; the day's videos still come."""


class AlertState(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


class ChannelKind(StrEnum):
    EMAIL = "email"
    SLACK = "slack"


class MessageKind(StrEnum):
    OPENED = "opened"
    """An alert was raised."""
    RECOVERED = "recovered"
    """Its cause is gone: told once."""
    REPORT = "report"
    """A report of the app above, delivered as it was written."""
    TEST = "test"
    """Asked for in the console, to see whether the channel works."""


class DeliveryState(StrEnum):
    PENDING = "pending"
    """Waits for its time, for its channel, or for a free sender."""
    SENDING = "sending"
    """In a sender's hands, until it is settled or the sender's lease is over."""
    SENT = "sent"
    """The other side has said that it took it."""
    UNCERTAIN = "uncertain"
    """Taken by the other side, perhaps twice: the first sender was cut off after it had handed the message over."""
    FAILED = "failed"
    """Not sent, and not tried again by itself. A person can send it again."""


UNSETTLED = (DeliveryState.PENDING, DeliveryState.SENDING)
