"""What beat's every minute comes to: each run that is owed now is made, or noted as missed (R3).

Whoever looks makes everything that should be there and is not: being late, beat having been away, two beats at once or
a message that comes twice are no cases of their own. The database's unique key decides (I1, R42).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import InterfaceError, OperationalError

from renderhub.lib import clock
from renders.actions import daily_calendar, daily_feeds
from renders.actions import daily_rows as rows
from renders.actions.daily_calendar import Owed
from renders.actions.daily_run_of import Made, NotMade, is_read, make
from renders.models import DailySubscription, Feed

logger = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=10)
"""For so long a run waits for a feed that broke just now, as a passing fault would have it; the others count anyway."""
NOBODY_LOOKED = "Nobody looked while it could be made: beat, the broker or the control worker was away."


@dataclass
class Told:
    """What came of each run."""

    made: list[Made] = field(default_factory=list)
    missed: list[Owed] = field(default_factory=list)
    waiting: list[tuple[Owed, str]] = field(default_factory=list)
    """With the reason."""


def tick() -> Told:
    """Make what is owed. Safe to run at any time, and twice at once."""
    now = clock.now()
    subscriptions = DailySubscription.objects.filter(enabled=True).select_related("workspace")
    runs = daily_calendar.owed(subscriptions.prefetch_related("feeds"), now)
    told = Told()
    for owed in runs:
        if now > owed.last_chance:
            _give_up(owed, told)
    open_runs = [owed for owed in runs if now <= owed.last_chance]
    if open_runs:
        _make_all(open_runs, told)
    return told


def make_day(subscriptions: Iterable[DailySubscription], day: date) -> Told:
    """Make the runs of `day` because somebody asks for them: neither the hour nor the grace is looked at."""
    now = clock.now()
    told = Told()
    runs = [daily_calendar.of(subscription, day) for subscription in subscriptions]
    # Before its hour, what there is up to now is taken.
    _make_all([Owed(run.subscription, day, min(run.run_at, now), run.due_at) for run in runs], told, patient=False)
    return told


def _make_all(runs: list[Owed], told: Told, *, patient: bool = True) -> None:
    daily_feeds.refresh(_to_read(runs, clock.now()))
    fresh = Feed.objects.in_bulk({feed.pk for owed in runs for feed in owed.subscription.feeds.all()})
    for owed in runs:
        subscribed = [fresh[feed.pk] for feed in owed.subscription.feeds.all() if feed.pk in fresh]
        try:
            _make_one(owed, subscribed, told, patient=patient)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            # One subscription must not keep the others from their videos.
            logger.exception("The daily run of %s could not be made", owed.subscription)
            _wait(owed, f"A fault of RenderHub: {type(error).__name__}; see the worker's log.", told)


def _to_read(runs: list[Owed], now: datetime) -> list[Feed]:
    """Feeds that were not read since the run began, or long enough ago to ask them again."""
    wanted = {
        feed.pk: feed
        for owed in runs
        for feed in owed.subscription.feeds.all()
        if feed.tried_at is None or feed.tried_at < owed.run_at or now - feed.tried_at >= daily_feeds.AGAIN
    }
    return list(wanted.values())


def _make_one(owed: Owed, subscribed: list[Feed], told: Told, *, patient: bool) -> None:
    if patient and (why := _reason_to_wait(owed, subscribed, clock.now())):
        _wait(owed, why, told)
        return
    try:
        made = make(owed, clock.now(), subscribed)
    except NotMade as error:
        _wait(owed, str(error), told)
        return
    told.made.append(made)
    _trouble(owed, "")
    if made.created:
        logger.info("The daily run of %s, %s, was asked for", owed.subscription, owed.day)


def _reason_to_wait(owed: Owed, subscribed: list[Feed], now: datetime) -> str:
    for feed in subscribed:
        if feed.tried_at is None or feed.tried_at < owed.run_at:
            return f"{feed.title} is being read."
        broke_just_now = feed.broken_since is not None and feed.broken_since >= owed.run_at
        if broke_just_now and not is_read(feed, owed) and now < owed.run_at + PATIENCE:
            return f"{feed.title} broke just now and is tried again: {feed.error}"
    return ""


def _wait(owed: Owed, why: str, told: Told) -> None:
    told.waiting.append((owed, why))
    _trouble(owed, why)


def _give_up(owed: Owed, told: Told) -> None:
    subscription = owed.subscription
    why = subscription.trouble or NOBODY_LOOKED
    if rows.note_missed(subscription.workspace, subscription.language, owed.day, why):
        logger.error("The daily run of %s, %s, was missed: %s", subscription, owed.day, why)
        told.missed.append(owed)
    _trouble(owed, "")


def _trouble(owed: Owed, why: str) -> None:
    subscription = owed.subscription
    if subscription.trouble != why[:4000]:
        subscription.trouble = why[:4000]
        DailySubscription.objects.filter(pk=subscription.pk).update(trouble=subscription.trouble)
