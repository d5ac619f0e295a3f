"""How often, and how often at once, a provider may be called by all workers together (R39). Pure.

Written as `600/min`, `2/s`, `1000/h` (a rate) or `5` (so many at once). The pipeline does the same sums in the
database, where all workers meet; the simulator calls these.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "day": 86_400.0}
_WRITTEN = re.compile(r"^([1-9]\d{0,8})(?:/(s|min|h|day))?$")


@dataclass(frozen=True)
class Rate:
    """At most `calls` in any `seconds`."""

    calls: int
    seconds: float

    @property
    def burst(self) -> int:
        """Calls that may come one right after the other, after a pause: a tenth of the whole."""
        return max(1, self.calls // 10)

    @property
    def interval(self) -> float:
        """Seconds between two calls once the burst is over: so that burst and rest together keep to the limit in any
        window, wherever it begins. In whole microseconds, rounded up."""
        return math.ceil(1e6 * self.seconds / (self.calls - self.burst + 1)) / 1e6


@dataclass(frozen=True)
class Limit:
    at_once: int | None = None
    rate: Rate | None = None


class LimitMalformed(ValueError):
    """A limit is written as `600/min` (s, min, h, day) or, for calls at once, as `5`."""


def read(entries: list[str]) -> dict[str, Limit]:
    """`["openai_speech=5", "openai_speech=600/min"]` as limits by provider. Raises `LimitMalformed`."""
    limits: dict[str, Limit] = {}
    for entry in entries:
        name, _, written = entry.partition("=")
        found = _WRITTEN.match(written.strip())
        if not name.strip() or found is None:
            raise LimitMalformed(f"{entry!r}: {LimitMalformed.__doc__}")
        known = limits.get(name.strip(), Limit())
        number, unit = int(found[1]), found[2]
        limits[name.strip()] = Limit(known.at_once, Rate(number, _UNITS[unit])) if unit else Limit(number, known.rate)
    return limits


def taken(full_at: datetime | None, now: datetime, rate: Rate) -> tuple[bool, datetime]:
    """Take a call off the rate. `full_at`: when, without another call, the whole burst is there again (None: it is).

    Answers whether the call may be made, and the new `full_at`; where it may not, nothing was taken.
    """
    base = now if full_at is None else max(full_at, now)
    after = base + timedelta(seconds=rate.interval)
    if after - now > rate.burst * timedelta(seconds=rate.interval):
        return False, base
    return True, after


def next_turn(told_until: datetime | None, now: datetime, spacing: float, longest: float) -> datetime:
    """When whoever got nothing looks again: one `spacing` (seconds) after the one before him in the queue, so that a
    thousand do not come at once; after `longest` seconds at the latest."""
    turn = now if told_until is None else max(told_until, now)
    return min(turn + timedelta(seconds=spacing), now + timedelta(seconds=longest))
