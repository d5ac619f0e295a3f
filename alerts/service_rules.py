"""The rules for services (R71): one that is down, one that is left alone because it keeps failing, a key that it
refuses. Pure.

A service that is down and left alone is one cause, and over when it is neither. A refused key is one of its own: it is
no passing thing, and somebody else sees to it.
"""

from __future__ import annotations

from alerts import told
from alerts.acts import LONGEST_TEXT, LONGEST_TITLE, Event, Raise, Recover
from alerts.vocabulary import AlertKind, Severity
from renders.presentation import stages, words
from renders.presentation.times import duration


def down(event: Event) -> Raise:
    name = _name(event)
    error = told.text(event, "error") or "It does not answer."
    return _raise(
        event,
        AlertKind.SERVICE_DOWN,
        told.cause("service", event, "name"),
        title=f"Service down: {name}",
        details=words.ended(error),
        remedy="Check that it runs and can be reached from the workers.",
    )


def up(event: Event) -> list[Recover]:
    """Not over while its calls fail all the same."""
    if event.data.get("left_alone") is True:
        return []
    return [Recover(told.cause("service", event, "name"), event.at, f"{_name(event)} answers again.")]


def left_alone(event: Event) -> Raise:
    met = f"{told.text(event, 'code')}: {told.text(event, 'error')}".strip(": ") or "its calls fail"
    pause = duration(told.number(event, "cool_down"))
    return _raise(
        event,
        AlertKind.SERVICE_DOWN,
        told.cause("service", event, "name"),
        title=f"Service left alone: {_name(event)} keeps failing",
        details=f"The last that it met: {words.ended(met)} It is tried again after {pause}.",
        remedy="Look at its status page or its log. Renders take its fallback, or wait for it.",
    )


def key_refused(event: Event) -> Raise:
    quota = told.text(event, "code") == "QUOTA_EXCEEDED"
    error = told.text(event, "error") or ("Its quota is used up." if quota else "It refused the key.")
    return _raise(
        event,
        AlertKind.KEY_REFUSED,
        told.cause("key", event, "name"),
        title=f"{'Quota used up' if quota else 'Key refused'}: {_name(event)}",
        details=words.ended(error),
        remedy="Top up the account." if quota else "Check the provider's key and its rights.",
    )


def taken_back(event: Event) -> list[Recover]:
    how = f"{_name(event)} answers again."
    over = [Recover(told.cause("key", event, "name"), event.at, how)]
    if event.data.get("down") is not True:
        over.append(Recover(told.cause("service", event, "name"), event.at, how))
    return over


def _raise(event: Event, kind: AlertKind, cause: str, *, title: str, details: str, remedy: str) -> Raise:
    given = event.data.get("stages")
    used = [str(stage) for stage in given[:10]] if isinstance(given, list) else []
    needed = f" Needed for: {', '.join(stages.title(stage).lower() for stage in used)}." if used else ""
    return Raise(
        cause=cause,
        kind=kind,
        severity=Severity.CRITICAL if event.data.get("primary") is True else Severity.WARNING,
        title=title[:LONGEST_TITLE],
        details=f"{details}{needed}"[:LONGEST_TEXT],
        remedy=(told.text(event, "remedy") or remedy)[:LONGEST_TEXT],
        at=event.at,
        stage=used[0] if len(used) == 1 else "",
    )


def _name(event: Event) -> str:
    return told.text(event, "name") or "a service"
