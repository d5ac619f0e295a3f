"""What the operator reads in the terminal: what happens, how long it takes, what to do when it fails."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

TICK_SECONDS = 5.0


def say(line: str) -> None:
    """One line, at once."""
    print(line, flush=True)


def complain(line: str) -> None:
    """One line about a failure, at once."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def progress(title: str) -> Iterator[None]:
    """Say what is being done, every few seconds that it still is, and how long it took."""
    began = time.monotonic()
    over = Event()

    def remind() -> None:
        while not over.wait(TICK_SECONDS):
            say(f"  {title}: {time.monotonic() - began:.0f} s ...")

    say(f"{title} ...")
    reminder = Thread(target=remind, daemon=True)
    reminder.start()
    try:
        yield
    finally:
        over.set()
        reminder.join()
    say(f"  done in {time.monotonic() - began:.1f} s")
