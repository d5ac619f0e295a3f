"""What the rules are told, and what they answer. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from alerts.vocabulary import AlertKind, Severity

LONGEST_CAUSE, LONGEST_TITLE, LONGEST_TEXT = 200, 200, 4000
LONGEST_KEY = 60
MOST_RENDERS = 10
"""Renders that an alert names; the count tells of all."""


@dataclass(frozen=True)
class Failure:
    """What is kept of a failure (R33), as far as an alert tells it."""

    fingerprint: str
    provider: str
    code: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class Event:
    """A row of the outbox, with what the rules need to know of its render."""

    id: int
    kind: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    stage: str = ""
    render_id: str = ""
    render_name: str = ""
    failure: Failure | None = None


@dataclass(frozen=True)
class Raise:
    """Something is wrong: open an alert of this cause, or count it on the one that is open."""

    cause: str
    kind: AlertKind
    severity: Severity
    title: str
    details: str
    remedy: str
    at: datetime
    stage: str = ""
    renders: tuple[tuple[str, str], ...] = ()
    """Ids and names of the newest renders that it is about, newest last."""
    subject: str = ""
    """The id of what else it is about: a feed, a report."""
    count: int = 1
    since: datetime | None = None
    """When it was first seen, where that was before `at`."""
    known: int = 0
    """How often it had happened before, for an alert that is opened now: the runs that failed below the threshold."""


@dataclass(frozen=True)
class Recover:
    """It is over."""

    cause: str
    at: datetime
    how: str


@dataclass(frozen=True)
class Report:
    """Deliver this text as it is to everybody, once per key."""

    key: str
    subject: str
    text: str
    html: str
    blocks: Sequence[Any]


Act = Raise | Recover | Report


def folded(acts: Iterable[Act]) -> list[Act]:
    """The same acts with neighbours of one cause as one: a batch of two hundred failures is one write an alert."""
    told: list[Act] = []
    last: dict[str, int] = {}
    for act in acts:
        if isinstance(act, Raise) and act.cause in last:
            told[last[act.cause]] = _joined(told[last[act.cause]], act)
            continue
        if isinstance(act, Raise):
            last[act.cause] = len(told)
        elif isinstance(act, Recover):
            last.pop(act.cause, None)
        told.append(act)
    return told


def _joined(first: Act, then: Raise) -> Raise:
    assert isinstance(first, Raise)
    since = first.since or first.at
    return replace(
        then,
        count=first.count + then.count,
        known=first.known,
        since=min(since, then.since or then.at),
        renders=newest((*first.renders, *then.renders)),
    )


def newest(renders: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The last few of them, each once, at its latest place."""
    kept: dict[str, str] = {}
    for pk, name in renders:
        kept.pop(pk, None)
        kept[pk] = name
    return tuple(kept.items())[-MOST_RENDERS:]
