"""So many at work at once, so many waiting, and no more: who comes then is told when to come again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from renders.domain.errors import ErrorCode
from renders.serving.refused import Refused

_LOOK = 0.1
"""Seconds between two looks at whether who waits still wants to."""


class Gone(Exception):
    """Whoever asked has hung up: nobody wants the answer any more."""


class Places:
    """`jobs` at work side by side, `queue` waiting for one of them to end."""

    RETRY_SECONDS = 10.0

    def __init__(self, jobs: int, queue: int) -> None:
        self.jobs, self.queue = jobs, queue
        self._free = threading.Semaphore(jobs)
        self._lock = threading.Lock()
        self._inside = 0

    @property
    def waiting(self) -> int:
        """How many wait for a place now."""
        return max(0, self._inside - self.jobs)

    @contextmanager
    def place(self, until: float, gone: threading.Event) -> Iterator[None]:
        """A place to work at. `until`: by the monotonic clock. Raises `Refused` where too many wait already, or the
        time is over; `Gone`."""
        with self._lock:
            if self._inside >= self.jobs + self.queue:
                raise self._full()
            self._inside += 1
        try:
            while not self._free.acquire(timeout=_LOOK):
                if gone.is_set():
                    raise Gone
                if time.monotonic() >= until:
                    raise self._full()
            try:
                yield
            finally:
                self._free.release()
        finally:
            with self._lock:
                self._inside -= 1

    def _full(self) -> Refused:
        message = f"{self.jobs} at work and {self.queue} waiting is all that this service takes at once."
        return Refused(
            HTTPStatus.SERVICE_UNAVAILABLE, ErrorCode.RATE_LIMITED.value, message, retry_after=self.RETRY_SECONDS
        )
