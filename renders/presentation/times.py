"""Durations and distances in time, in words (LOOK: `1 m 12 s`, relative times)."""

from __future__ import annotations

from datetime import datetime

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def duration(seconds: float) -> str:
    """`12 ms`, `0.4 s`, `41 s`, `1 m 12 s`, `2 h 05 m`, `3 d 4 h`: two units at most."""
    seconds = max(seconds, 0.0)
    if 0 < seconds < 0.0995:
        return f"{max(round(1000 * seconds), 1)} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} m {whole % _MINUTE:02d} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02d} m"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"


def roughly(seconds: float) -> str:
    """One unit, for distances from now: `12 s`, `3 m`, `2 h`, `5 d`."""
    whole = int(max(seconds, 0.0))
    for size, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "m")):
        if whole >= size:
            return f"{whole // size} {name}"
    return f"{whole} s"


def relative(moment: datetime, now: datetime) -> str:
    """`just now`, `3 m ago`, `in 25 m`."""
    seconds = (now - moment).total_seconds()
    if abs(seconds) < 2:
        return "just now"
    return f"{roughly(seconds)} ago" if seconds > 0 else f"in {roughly(-seconds)}"
