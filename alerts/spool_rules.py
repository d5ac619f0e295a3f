"""The rule for the disk that published videos lie on (R17). Pure."""

from __future__ import annotations

from alerts import told
from alerts.acts import Event, Raise, Recover
from alerts.vocabulary import AlertKind, Severity

_CAUSE = "disk/media"


def filling(event: Event) -> Raise:
    waiting = told.number(event, "waiting")
    spooled = f" {waiting:.0f} videos lie there and wait for the bucket." if waiting else ""
    bucket = " Videos leave it by themselves once the bucket takes them: see its service." if waiting else ""
    return Raise(
        cause=_CAUSE,
        kind=AlertKind.DISK,
        severity=Severity.WARNING,
        title=f"The media disk is {told.number(event, 'percent'):.0f} % full",
        details=f"{told.number(event, 'free_mb') / 1000:.1f} GB are free.{spooled}",
        remedy=f"Make room on it, or lower CACHE_MB.{bucket}",
        at=event.at,
    )


def roomy(event: Event) -> Recover:
    return Recover(_CAUSE, event.at, f"There is room again: {told.number(event, 'percent'):.0f} % are used.")
