"""Bells that are rung in a moment, for a worker often takes itself what it has just freed: a message that would find
nothing to do costs more than a short step does.

What is held is as safe as what the broker holds: where the worker dies first, the keeper rings (I1).
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

from renders.pipeline import bell
from renders.pipeline.transitions.steps import Freed

MOMENT = 0.02
"""Seconds. Nobody who waits for a video notices it; a step that only looks something up is over before."""


class LateBell:
    """Its thread starts with the first bell that is held, and anew after a fork."""

    def __init__(self, moment: float = MOMENT, ring: Callable[[Iterable[Freed]], None] = bell.ring) -> None:
        self._moment, self._ring = moment, ring
        self._changed = threading.Condition()
        self._held: deque[tuple[float, Freed]] = deque()
        self._pid = 0

    def hold(self, freed: Iterable[Freed]) -> None:
        """Ring for each of these in a moment."""
        due = time.monotonic() + self._moment
        with self._changed:
            self._held.extend((due, step) for step in freed)
            if self._held:
                self._start()
                self._changed.notify()

    def withdraw(self, step: Freed) -> None:
        """A step like this one was taken: one bell less is wanted, whichever it was."""
        with self._changed:
            for held in self._held:
                if held[1] == step:
                    self._held.remove(held)
                    return

    def ring_now(self) -> None:
        """Wait no longer: whoever held them takes nothing more."""
        with self._changed:
            wanted = [step for _, step in self._held]
            self._held.clear()
        self._ring(wanted)

    def _start(self) -> None:
        if self._pid != os.getpid():
            self._pid = os.getpid()
            threading.Thread(target=self._ring_for_ever, name="late-bell", daemon=True).start()

    def _ring_for_ever(self) -> None:
        while True:
            self._ring(self._wait())

    def _wait(self) -> list[Freed]:
        with self._changed:
            while True:
                now = time.monotonic()
                if self._held and self._held[0][0] <= now:
                    return self._take_due(now)
                self._changed.wait(self._held[0][0] - now if self._held else None)

    def _take_due(self, now: float) -> list[Freed]:
        due = []
        while self._held and self._held[0][0] <= now:
            due.append(self._held.popleft()[1])
        return due
