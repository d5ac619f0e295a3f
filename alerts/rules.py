"""The rules (R71): what an event means for those who keep the renders coming. Pure: no database, no clock.

A cause is one thing that is wrong; its key is the same each time, so that it is one alert with a count (R72).
"""

from __future__ import annotations

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
from renders.presentation import stages, words

IN_A_ROW = "in-a-row"
OUTCOMES = {"render.completed": True, "render.failed": False}
"""The events that end a run, or a try of one, and whether it ended well."""
FLAPPING = frozenset({AlertKind.SERVICE_DOWN, AlertKind.FEED_BROKEN})
"""What may come and go within a minute: its recovery is believed only when it has lasted."""


def acts_of(event: Event) -> list[Act]:
    """What to do because of one event; nothing for most. Failures in a row are `streak_acts`."""
    match event.kind:
        case "render.failed" if event.data.get("final") is True:
            return [_failed_for_good(event)]
        case "service.down":
            return [_service_down(event)]
        case "service.up":
            return [Recover(_cause("service", event, "name"), event.at, f"{_text(event, 'name')} answers again.")]
        case "feed.broken":
            return [_feed_broken(event)]
        case "feed.recovered":
            return [Recover(_cause("feed", event, "feed_id"), event.at, f"{_feed_name(event)} can be read again.")]
        case "daily.missed":
            return [_daily_missed(event)]
        case "sla.below_target":
            return [_below_target(event)]
        case "sla.back_on_target":
            return [Recover("sla", event.at, f"{_share(event, 'rate')} of the videos were on time.")]
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
    failure = event.failure or Failure("", "", _text(event, "code") or "UNKNOWN", "", "")
    fingerprint = failure.fingerprint or f"{failure.provider}/{event.stage}/{failure.code}"
    by = f", by {failure.provider}" if failure.provider else ""
    return Raise(
        cause=f"failed/{fingerprint}"[:LONGEST_CAUSE],
        kind=AlertKind.RENDER_FAILED,
        severity=Severity.CRITICAL,
        title=f"Failed for good: {failure.code} at {_stage(event)}{by}"[:LONGEST_TITLE],
        details=(failure.reason or "The failure's record is gone.")[:LONGEST_TEXT],
        remedy=(failure.remedy or "Open the render's page: its failures say what was met.")[:LONGEST_TEXT],
        at=event.at,
        stage=event.stage,
        renders=_renders(event),
    )


def _in_a_row(event: Event, failures: int, new: int) -> Raise:
    failure = event.failure
    last = f" The last: {failure.code} at {_stage(event)}: {failure.reason}" if failure else ""
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
        renders=_renders(event),
        count=new,
        known=max(failures - new, 0),
    )


def _service_down(event: Event) -> Raise:
    name = _text(event, "name") or "a service"
    primary = event.data.get("primary") is True
    given = event.data.get("stages")
    used = [str(stage) for stage in given[:10]] if isinstance(given, list) else []
    needed = f" Needed for: {', '.join(stages.title(stage).lower() for stage in used)}." if used else ""
    error = _text(event, "error") or "It does not answer."
    return Raise(
        cause=_cause("service", event, "name"),
        kind=AlertKind.SERVICE_DOWN,
        severity=Severity.CRITICAL if primary else Severity.WARNING,
        title=f"Service down: {name}"[:LONGEST_TITLE],
        details=f"{words.ended(error)}{needed}"[:LONGEST_TEXT],
        remedy=(_text(event, "remedy") or "Check that it runs and can be reached from the workers.")[:LONGEST_TEXT],
        at=event.at,
        stage=used[0] if len(used) == 1 else "",
    )


def _feed_broken(event: Event) -> Raise:
    return Raise(
        cause=_cause("feed", event, "feed_id"),
        kind=AlertKind.FEED_BROKEN,
        severity=Severity.WARNING,
        title=f"Feed broken: {_feed_name(event)}"[:LONGEST_TITLE],
        details=(_text(event, "error") or "It could not be read.")[:LONGEST_TEXT],
        remedy=(_text(event, "remedy") or "Open the feed's address; correct or disable it.")[:LONGEST_TEXT],
        at=event.at,
        subject=_text(event, "feed_id"),
    )


def _daily_missed(event: Event) -> Raise:
    named = [_text(event, name) for name in ("workspace", "language", "date")]
    return Raise(
        cause="/".join(["daily", *named])[:LONGEST_CAUSE],
        kind=AlertKind.DAILY_MISSED,
        severity=Severity.CRITICAL,
        title=f"No daily video: {', '.join(part for part in named if part)}"[:LONGEST_TITLE],
        details=(_text(event, "why") or "The daily run could not be made.")[:LONGEST_TEXT],
        remedy=(
            _text(event, "remedy")
            or f"Mend what the reason names, then run: manage.py daily_run --date {named[2] or 'YYYY-MM-DD'}"
        )[:LONGEST_TEXT],
        at=event.at,
    )


def _below_target(event: Event) -> Raise:
    days, day = event.data.get("days"), _text(event, "date")
    span = f"In the {days} days to {day}" if isinstance(days, int) and days > 1 else f"On {day}"
    lists = [(word, _names(event, word)) for word in ("missing", "late")]
    told = " ".join(f"{word.capitalize()}: {names}." for word, names in lists if names)
    return Raise(
        cause="sla",
        kind=AlertKind.BELOW_TARGET,
        severity=Severity.CRITICAL,
        title=f"On time: {_share(event, 'rate')}, wanted: {_share(event, 'target')}"[:LONGEST_TITLE],
        details=f"{span}, {_share(event, 'rate')} of the videos were ready on time. {told}".strip()[:LONGEST_TEXT],
        remedy=(
            _text(event, "remedy") or "The day's report names each video that was late or missing, with its cause."
        )[:LONGEST_TEXT],
        at=event.at,
        subject=_text(event, "report_id"),
    )


def _report(event: Event) -> Report:
    blocks = event.data.get("blocks")
    return Report(
        key=(_text(event, "report_id") or f"event-{event.id}")[:LONGEST_KEY],
        subject=_text(event, "subject") or "Report",
        text=_text(event, "text"),
        html=_text(event, "html"),
        blocks=blocks if isinstance(blocks, list) else [],
    )


def _stage(event: Event) -> str:
    return stages.title(event.stage).lower() if event.stage else "the run as a whole"


def _renders(event: Event) -> tuple[tuple[str, str], ...]:
    return ((event.render_id, event.render_name or event.render_id),) if event.render_id else ()


def _cause(what: str, event: Event, key: str) -> str:
    return f"{what}/{_text(event, key)}"[:LONGEST_CAUSE]


def _feed_name(event: Event) -> str:
    return _text(event, "title") or _text(event, "url") or f"feed {_text(event, 'feed_id')}"


def _text(event: Event, name: str) -> str:
    value = event.data.get(name)
    return "" if value is None else str(value)


def _names(event: Event, name: str) -> str:
    value = event.data.get(name)
    return ", ".join(str(item) for item in value[:20]) if isinstance(value, list) else _text(event, name)


def _share(event: Event, name: str) -> str:
    """A rate as people read it: 0.934 and 93.4 are both 93.4 %."""
    value = event.data.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _text(event, name) or "?"
    return f"{value * 100 if value <= 1 else value:.1f} %".replace(".0 %", " %")
