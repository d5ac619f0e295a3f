"""The one warm engine of this process: started when it is first needed, replaced before it can do harm."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from renders.providers.manim.warm import Died, Late, WarmError, WarmProgram

_PROJECT = Path(__file__).resolve().parents[3]
_FONTS = Path(__file__).parent / "engine" / "fonts.conf"
_NOWHERE = "/nonexistent"


class EngineMissing(Exception):
    """Manim is not installed where the engine runs; the message says what Python said."""


class Keeper:
    """Holds at most one engine per process (R12).

    `scenes`: after so many an engine is replaced; `peak_mb`: likewise once it has used so much. `memory_mb`: address
    space of each of its processes.
    """

    MISSING_SECONDS = 60.0
    """For so long nobody looks again for a Manim that is not there."""

    def __init__(self, argv: Sequence[str | Path], *, scenes: int, peak_mb: int, memory_mb: int) -> None:
        self.argv, self.scenes, self.peak_mb, self.memory_mb = argv, scenes, peak_mb, memory_mb
        self._lock = threading.Lock()
        self._engine: WarmProgram | None = None
        self._owner = 0
        self._made = 0
        self._greeted = False
        self._missing: tuple[float, str] = (0.0, "")

    def ask(self, question: Mapping[str, Any], deadline: float, cancel: threading.Event) -> Mapping[str, Any]:
        """Have one scene made. Raises EngineMissing, a WarmError, or `child.ChildError` where nothing can be started.

        Callers in other threads wait for their turn.
        """
        with self._turn(deadline):
            try:
                answer = self._asked(question, deadline, cancel)
            except Died as gone:
                if gone.returncode != 0:
                    raise
                # It had waited long enough for work and was leaving: that is nobody's failure.
                answer = self._asked(question, deadline, cancel)
            self._made += 1
            if "made" not in answer or self._made >= self.scenes or int(answer.get("peak_mb", 0)) > self.peak_mb:
                self._stop()
            return answer

    def _asked(self, question: Mapping[str, Any], deadline: float, cancel: threading.Event) -> Mapping[str, Any]:
        engine = self._start()
        try:
            self._greet(engine, deadline, cancel)
            return engine.ask(question, deadline, cancel)
        except WarmError:
            self._engine = None
            raise

    def warm_up(self) -> None:
        """Start the engine and do not wait for it: importing Manim takes more than a second."""
        if self._lock.acquire(blocking=False):
            with contextlib.closing(_Release(self._lock)):
                self._start()

    def stop(self) -> None:
        """End the engine, if there is one."""
        with self._lock:
            self._stop()

    @contextlib.contextmanager
    def _turn(self, deadline: float) -> Iterator[None]:
        if not self._lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise Late("Another scene of this process was not ready in time.")
        try:
            yield
        finally:
            self._lock.release()

    def _start(self) -> WarmProgram:
        until, why = self._missing
        if time.monotonic() < until:
            raise EngineMissing(why)
        if self._owner != os.getpid():
            # Forked from a process that has an engine: that one is not ours to talk to.
            self._engine, self._owner = None, os.getpid()
        if self._engine is None or not self._engine.alive:
            self._stop()
            self._engine = WarmProgram(self.argv, env=_environment(), cwd=Path("/"), memory_mb=self.memory_mb)
            self._made, self._greeted = 0, False
        return self._engine

    def _greet(self, engine: WarmProgram, deadline: float, cancel: threading.Event) -> None:
        if self._greeted:
            return
        word = engine.hear(deadline, cancel)
        if "missing" in word:
            self._stop()
            self._missing = (time.monotonic() + self.MISSING_SECONDS, str(word["missing"])[:300])
            raise EngineMissing(self._missing[1])
        self._greeted = True

    def _stop(self) -> None:
        if self._engine is not None:
            self._engine.end()
            self._engine = None


class _Release:
    def __init__(self, lock: threading.Lock) -> None:
        self.close = lock.release


def _environment() -> dict[str, str]:
    """What the engine needs beside PATH: our code, our fonts, one thread, and no home to write to."""
    return {
        "PYTHONPATH": str(_PROJECT),
        "HOME": _NOWHERE,
        "XDG_CACHE_HOME": _NOWHERE,
        "XDG_CONFIG_HOME": _NOWHERE,
        "FONTCONFIG_FILE": str(_FONTS),
        # Two engines share two cores: libraries that start a thread per core would only get in each other's way.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
