"""What the console says about a subscription's hours, in the site's time zone, by which they are set."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from renders.actions import daily_calendar
from renders.models import DailySubscription
from renders.presentation import times


def hour(subscription: DailySubscription) -> str:
    """`04:00`."""
    return f"{subscription.at:%H:%M}"


def next_run(subscription: DailySubscription, now: datetime) -> str:
    """`Mon 30 Mar, 04:00 (in 5 h), due 06:00`, or why there is none."""
    if not subscription.enabled:
        return "Switched off: no run."
    run_at = daily_calendar.next_run(subscription, now)
    if run_at <= now:
        return f"Now: {subscription.trouble or 'it is looked at every minute.'}"
    begins = run_at.astimezone(daily_calendar.zone())
    due = daily_calendar.due_after(run_at)
    due_day = "" if due.date() == begins.date() else f"{due:%a} "
    return f"{begins:%a %-d %b, %H:%M} ({times.relative(run_at, now)}), due {due_day}{due:%H:%M}"


def zone_name() -> str:
    """The zone that hours are set in."""
    return str(settings.TIME_ZONE)
