"""Ctrl-C and its kin: once for an orderly end, twice for an end at once."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType

from renderhub.supervisor.terminal import say

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):
    """The operator asked for the end before the work was done."""


class Interrupts:
    """While entered, signals set events and raise nothing. For the main thread."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        """Set by the first signal: end in good order."""
        self.hurry = threading.Event()
        """Set by the second one: end at once."""

    def __enter__(self) -> Interrupts:
        self._before = {
            number: signal.signal(number, self._hear)
            for number in STOPPING
            # Under `nohup` the end of the terminal is not the end of the run.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN
        }
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        (self.hurry if self.asked.is_set() else self.asked).set()

    def check(self) -> None:
        """Raises `Interrupted` once the end was asked for."""
        if self.asked.is_set():
            say("")
            raise Interrupted()
