"""The one clock (I8), which is the database's: tests set it, everything that decides by the time asks it.

Who talks to the database hears its time by the way (`told`), and reckons on from there by the monotonic clock. So all
processes agree on the moments that they store and compare, and it does not matter how the clock of a machine is set.
What never talked to a database goes by its machine's clock.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

MOMENT = 0.25
"""Seconds that one process may be behind another."""

_frozen: datetime | None = None
_ahead: float | None = None
"""Seconds that are added to the monotonic clock. Children of a fork go on with it."""
_told_at = -float("inf")


def now() -> datetime:
    """The current time, aware, in UTC."""
    if _frozen is not None:
        return _frozen
    if _ahead is None:
        return datetime.now(UTC)
    return datetime.fromtimestamp(_ahead + time.monotonic(), UTC)


def told(moment: datetime, since: float) -> None:
    """The database said that it was `moment`, at some time between `since` (by the monotonic clock) and now. What is
    believed is kept where it agrees with that: an answer that was long on its way says little."""
    global _ahead, _told_at
    _told_at = time.monotonic()
    least, most = moment.timestamp() - _told_at, moment.timestamp() - since
    if _ahead is None or not least <= _ahead <= most:
        _ahead = most  # and not less: what the database has written by now is never still to come


def let_the_minute_begin() -> None:
    """Wait where it begins in a moment: processes agree but for the time that the database's answer was on its way, and
    what one sends on the minute must not look too early at another."""
    left = -now().timestamp() % 60
    if _frozen is None and left < MOMENT:
        time.sleep(left)


def age() -> float:
    """Seconds since the database told the time; infinite where it never did."""
    return time.monotonic() - _told_at


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Stop the clock at `moment` for this process."""
    global _frozen
    before, _frozen = _frozen, moment
    try:
        yield
    finally:
        _frozen = before
