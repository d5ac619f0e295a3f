"""When daily runs begin and are due, by the wall clock of the site's time zone (R3, R75), and which are owed now.

An hour that a change to summer time skips is taken as that much later; one that comes twice, as the first of the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from renders.models import DailyRun, DailySubscription

LOOKS_BACK_DAYS = 7
"""Runs of longer ago are neither made up for nor noted as missed."""


@dataclass(frozen=True)
class Owed:
    """A run of a subscription that has begun and is not there."""

    subscription: DailySubscription
    day: date
    run_at: datetime
    due_at: datetime

    @property
    def last_chance(self) -> datetime:
        """After this moment it is missed for good."""
        return self.due_at + timedelta(seconds=settings.RENDERHUB_DAILY_GRACE_SECONDS)


def zone() -> ZoneInfo:
    """The site's."""
    return ZoneInfo(settings.TIME_ZONE)


def at_local(day: date, at: time) -> datetime:
    """The moment, in UTC, at which the site's clocks show `at` on `day`."""
    return datetime.combine(day, at, zone()).astimezone(UTC)


def due_time(day: date) -> datetime:
    """When the video of `day` is due: `DUE_AT` in the site's time zone, right across DST changes (R75)."""
    return datetime.combine(day, time.fromisoformat(settings.RENDERHUB_DUE_AT), zone())


def due_after(run_at: datetime) -> datetime:
    """The first due time after a run begins: of the same day, or of the next for a run in the evening."""
    day = run_at.astimezone(zone()).date()
    due = due_time(day)
    return due if due > run_at else due_time(day + timedelta(days=1))


def of(subscription: DailySubscription, day: date) -> Owed:
    """The subscription's run of `day`."""
    run_at = at_local(day, subscription.at)
    return Owed(subscription, day, run_at, due_after(run_at))


def owed(subscriptions: Iterable[DailySubscription], now: datetime) -> list[Owed]:
    """What should have begun by `now` and is not there, oldest first: runs that were missed while nobody looked are
    among them (catching up is the same as being on time)."""
    today = now.astimezone(zone()).date()
    days = [today - timedelta(days=back) for back in range(LOOKS_BACK_DAYS, -1, -1)]
    there = set(DailyRun.objects.filter(date__gte=days[0]).values_list("workspace_id", "language", "date"))
    return [
        run
        for day in days
        for run in (of(subscription, day) for subscription in subscriptions)
        if run.subscription.since <= run.run_at <= now
        and (run.subscription.workspace_id, run.subscription.language, day) not in there
    ]


def next_run(subscription: DailySubscription, now: datetime) -> datetime:
    """When its next run begins, in UTC; a moment that is past where today's is owed still."""
    today = now.astimezone(zone()).date()
    for day in (today, today + timedelta(days=1)):
        run = of(subscription, day)
        made = DailyRun.objects.filter(workspace=subscription.workspace_id, language=subscription.language, date=day)
        if run.run_at >= subscription.since and not made.exists():
            return run.run_at
    return at_local(today + timedelta(days=2), subscription.at)
