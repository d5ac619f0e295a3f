"""Waiting for something to become true, instead of sleeping and hoping."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T], within: float, what: str) -> T:
    """The condition's first true value; looks again after a few milliseconds.

    Raises `AssertionError` with `what` when it is not true after `within` seconds.
    """
    deadline = time.monotonic() + within
    pause = 0.002
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {within:g} s in vain: {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
