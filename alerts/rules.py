"""The rules (R71): what an event means for those who keep the renders coming. Pure: no database, no clock.

A cause is one thing that is wrong; its key is the same each time, so that it is one alert with a count (R72).
"""

from __future__ import annotations

from alerts import machinery_rules, promise_rules, service_rules, spool_rules, told
from alerts.acts import (
    LONGEST_CAUSE,
    LONGEST_KEY,
    LONGEST_TEXT,
    LONGEST_TITLE,
    Act,
    Event,
    Failure,
    Raise,
    Recover,
    Report,
)
from alerts.vocabulary import AlertKind, Severity

IN_A_ROW = "in-a-row"
OUTCOMES = {"render.completed": True, "render.failed": False}
"""The events that end a run, or a try of one, and whether it ended well."""
FLAPPING = frozenset({AlertKind.SERVICE_DOWN, AlertKind.KEY_REFUSED, AlertKind.FEED_BROKEN})
"""What may come and go within a minute: its recovery is believed only when it has lasted."""


def acts_of(event: Event) -> list[Act]:
    """What to do because of one event; nothing for most. Failures in a row are `streak_acts`."""
    match event.kind:
        case "render.failed" if event.data.get("final") is True:
            return [_failed_for_good(event)]
        case "service.down":
            return [service_rules.down(event)]
        case "service.up":
            return [*service_rules.up(event)]
        case "circuit.opened":
            return [service_rules.left_alone(event)]
        case "circuit.closed":
            return [*service_rules.taken_back(event)]
        case "service.key_refused":
            return [service_rules.key_refused(event)]
        case "render.held":
            return [promise_rules.held(event)]
        case "render.at_risk":
            return [promise_rules.at_risk(event)]
        case "feed.broken":
            return [_feed_broken(event)]
        case "feed.recovered":
            return [Recover(told.cause("feed", event, "feed_id"), event.at, f"{_feed_name(event)} can be read again.")]
        case "daily.missed":
            return [_daily_missed(event)]
        case "sla.below_target":
            return [_below_target(event)]
        case "sla.back_on_target":
            return [Recover("sla", event.at, f"{told.share(event, 'rate')} of the videos were on time.")]
        case "beat.silent" | "workers.silent":
            return [machinery_rules.silent(event, event.kind.partition(".")[0])]
        case "beat.back" | "workers.back":
            return [machinery_rules.back(event, event.kind.partition(".")[0])]
        case "queue.over_limit":
            return [machinery_rules.queue_over(event)]
        case "queue.within_limit":
            return [machinery_rules.queue_well(event)]
        case "disk.filling":
            return [spool_rules.filling(event)]
        case "disk.roomy":
            return [spool_rules.roomy(event)]
        case "sla.report":
            return [_report(event)]
        case _:
            return []


def streak_acts(
    event: Event | None, *, failures: int, new: int, ended_by: Event | None, threshold: int
) -> list[Raise | Recover]:
    """What the runs that failed in a row mean. `event`: the newest failure of the batch; `failures`: how many failed
    since the last that completed, `new` of them in this batch; `ended_by`: the newest run of the batch that completed.
    """
    if failures >= threshold and new and event is not None:
        return [_in_a_row(event, failures, new)]
    if failures < threshold and ended_by is not None:
        return [Recover(IN_A_ROW, ended_by.at, f"A run completed: {ended_by.render_name or 'a render'}.")]
    return []


def _failed_for_good(event: Event) -> Raise:
    failure = event.failure or Failure("", "", told.text(event, "code") or "UNKNOWN", "", "")
    fingerprint = failure.fingerprint or f"{failure.provider}/{event.stage}/{failure.code}"
    by = f", by {failure.provider}" if failure.provider else ""
    return Raise(
        cause=f"failed/{fingerprint}"[:LONGEST_CAUSE],
        kind=AlertKind.RENDER_FAILED,
        severity=Severity.CRITICAL,
        title=f"Failed for good: {failure.code} at {told.stage(event)}{by}"[:LONGEST_TITLE],
        details=(failure.reason or "The failure's record is gone.")[:LONGEST_TEXT],
        remedy=(failure.remedy or "Open the render's page: its failures say what was met.")[:LONGEST_TEXT],
        at=event.at,
        stage=event.stage,
        renders=told.renders(event),
    )


def _in_a_row(event: Event, failures: int, new: int) -> Raise:
    failure = event.failure
    last = f" The last: {failure.code} at {told.stage(event)}: {failure.reason}" if failure else ""
    remedy = failure.remedy if failure else ""
    return Raise(
        cause=IN_A_ROW,
        kind=AlertKind.IN_A_ROW,
        severity=Severity.CRITICAL,
        title="Runs fail one after the other",
        details=f"No run has completed since.{last}"[:LONGEST_TEXT],
        remedy=(remedy or "Look at the services and at the failures by cause; nothing completes as it is.")[
            :LONGEST_TEXT
        ],
        at=event.at,
        stage=event.stage,
        renders=told.renders(event),
        count=new,
        known=max(failures - new, 0),
    )


def _feed_broken(event: Event) -> Raise:
    return Raise(
        cause=told.cause("feed", event, "feed_id"),
        kind=AlertKind.FEED_BROKEN,
        severity=Severity.WARNING,
        title=f"Feed broken: {_feed_name(event)}"[:LONGEST_TITLE],
        details=(told.text(event, "error") or "It could not be read.")[:LONGEST_TEXT],
        remedy=(told.text(event, "remedy") or "Open the feed's address; correct or disable it.")[:LONGEST_TEXT],
        at=event.at,
        subject=told.text(event, "feed_id"),
    )


def _daily_missed(event: Event) -> Raise:
    named = [told.text(event, name) for name in ("workspace", "language", "date")]
    return Raise(
        cause="/".join(["daily", *named])[:LONGEST_CAUSE],
        kind=AlertKind.DAILY_MISSED,
        severity=Severity.CRITICAL,
        title=f"No daily video: {', '.join(part for part in named if part)}"[:LONGEST_TITLE],
        details=(told.text(event, "why") or "The daily run could not be made.")[:LONGEST_TEXT],
        remedy=(
            told.text(event, "remedy")
            or f"Mend what the reason names, then run: manage.py daily_run --date {named[2] or 'YYYY-MM-DD'}"
        )[:LONGEST_TEXT],
        at=event.at,
    )


def _below_target(event: Event) -> Raise:
    days, day = event.data.get("days"), told.text(event, "date")
    span = f"In the {days} days to {day}" if isinstance(days, int) and days > 1 else f"On {day}"
    lists = [(word, told.names(event, word)) for word in ("missing", "late")]
    listed = " ".join(f"{word.capitalize()}: {names}." for word, names in lists if names)
    return Raise(
        cause="sla",
        kind=AlertKind.BELOW_TARGET,
        severity=Severity.CRITICAL,
        title=f"On time: {told.share(event, 'rate')}, wanted: {told.share(event, 'target')}"[:LONGEST_TITLE],
        details=f"{span}, {told.share(event, 'rate')} of the videos were ready on time. {listed}".strip()[
            :LONGEST_TEXT
        ],
        remedy=(
            told.text(event, "remedy") or "The day's report names each video that was late or missing, with its cause."
        )[:LONGEST_TEXT],
        at=event.at,
        subject=told.text(event, "report_id"),
    )


def _report(event: Event) -> Report:
    blocks = event.data.get("blocks")
    return Report(
        key=(told.text(event, "report_id") or f"event-{event.id}")[:LONGEST_KEY],
        subject=told.text(event, "subject") or "Report",
        text=told.text(event, "text"),
        html=told.text(event, "html"),
        blocks=blocks if isinstance(blocks, list) else [],
    )


def _feed_name(event: Event) -> str:
    return told.text(event, "title") or told.text(event, "url") or f"feed {told.text(event, 'feed_id')}"
