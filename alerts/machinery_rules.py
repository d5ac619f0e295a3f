"""The rules for the machinery itself (R71): beat or all workers silent, a queue that is too long or too old. Pure."""

from __future__ import annotations

from alerts import told
from alerts.acts import LONGEST_CAUSE, LONGEST_TEXT, LONGEST_TITLE, Event, Raise, Recover
from alerts.vocabulary import AlertKind, Severity
from renders.presentation.times import duration

_SILENT = {
    "beat": (
        "Beat is silent",
        "Nothing that is scheduled is begun: daily runs, reports, checks.",
        "Start beat (celery -A renderhub beat), or read its log. The daily run is made up for once it is back.",
    ),
    "workers": (
        "All workers are silent",
        "No render is made.",
        "Start workers (celery -A renderhub worker -Q cpu,io,control), or read their logs and the database's.",
    ),
}


def silent(event: Event, who: str) -> Raise:
    title, means, remedy = _SILENT[who]
    return Raise(
        cause=f"silent/{who}",
        kind=AlertKind.SILENT,
        severity=Severity.CRITICAL,
        title=title,
        details=f"No sign of life for {duration(told.number(event, 'seconds'))}. {means}"[:LONGEST_TEXT],
        remedy=remedy,
        at=event.at,
    )


def back(event: Event, who: str) -> Recover:
    return Recover(f"silent/{who}", event.at, "Beat is back." if who == "beat" else "A worker is back.")


def queue_over(event: Event) -> Raise:
    queue = told.text(event, "queue") or "?"
    value, limit = told.number(event, "value"), told.number(event, "limit")
    if told.text(event, "measure") == "age":
        title = f"Work waits too long in the queue {queue}"
        details = f"A step has waited for {duration(value)}; {duration(limit)} is the limit."
        remedy = "Check that this queue's workers and the keeper run; add workers where they are all busy."
    else:
        title = f"Too much waits in the queue {queue}"
        details = f"{value:.0f} steps wait; {limit:.0f} is the limit."
        remedy = "Add workers for this queue, or find out who asked for so much."
    return Raise(
        cause=told.text(event, "what")[:LONGEST_CAUSE],
        kind=AlertKind.QUEUE,
        severity=Severity.WARNING,
        title=title[:LONGEST_TITLE],
        details=details,
        remedy=remedy,
        at=event.at,
    )


def queue_well(event: Event) -> Recover:
    return Recover(
        told.text(event, "what")[:LONGEST_CAUSE],
        event.at,
        f"The queue {told.text(event, 'queue')} is within its limit again.",
    )
