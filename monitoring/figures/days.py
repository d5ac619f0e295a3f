"""Which day a moment counts to, in the site's time zone and right across its changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo


def moment(day: date, at: time, zone: tzinfo) -> datetime:
    """`at` on `day` by the clocks of `zone`, in UTC. Where clocks jump over it, as much later as they jump; where they
    show it twice, the first time."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def day_of(instant: datetime, zone: tzinfo) -> date:
    return instant.astimezone(zone).date()


def report_day(due: datetime, at: time, zone: tzinfo) -> date:
    """The day whose report, written at `at`, is the first one after `due`: each due time is in exactly one report."""
    day = day_of(due, zone)
    return day if due <= moment(day, at, zone) else day + timedelta(days=1)


def last_report_day(now: datetime, at: time, zone: tzinfo) -> date:
    """The newest day whose report's time has come."""
    day = day_of(now, zone)
    return day if now >= moment(day, at, zone) else day - timedelta(days=1)


def days_up_to(last: date, count: int) -> Iterator[date]:
    """`count` days in order, ending with `last`."""
    return (last - timedelta(days=back) for back in range(count - 1, -1, -1))
