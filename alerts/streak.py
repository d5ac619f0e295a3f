"""Runs that failed in a row, whoever reads the outbox in whatever order (R71). Pure.

Two readers may take two batches at once, and the younger batch may be committed first. So the streak is not a counter:
it is the newest run that completed, and the failures known to be younger. Joining the same outcomes in any order, or
twice, gives the same streak.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MOST = 500
"""Failures that are remembered; a longer streak is told as this long."""


@dataclass(frozen=True)
class Streak:
    """Both are ids of events, which grow with time."""

    last_success: int = 0
    failures: tuple[int, ...] = ()


def joined(streak: Streak, successes: Iterable[int], failures: Iterable[int]) -> Streak:
    """The streak with these outcomes in it."""
    last = max((streak.last_success, *successes))
    younger = {pk for pk in (*streak.failures, *failures) if pk > last}
    return Streak(last, tuple(sorted(younger)[-MOST:]))
