"""Workers that died on the keeper's own machine: their steps are handed on within a second or two, before their leases
have run out.

A process is believed dead only where it was seen alive before, as a Celery worker, in the keeper's own process table:
another container of the same name is never judged. Whoever is wrong costs a call and no more: the fence refuses what a
living worker brings late. Where there is no /proc, and on other machines, the lease decides as ever.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from renders.pipeline.transitions import rescue

logger = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks."""
PROC = Path("/proc")
_START_TIME = 19
"""Its place behind the program's name in `/proc/PID/stat`: a process id that is used again has another."""


class Watch:
    """What one keeper has seen of the workers beside it."""

    def __init__(self, host: str) -> None:
        self._prefix = f"{host}/"
        self._seen: dict[str, str] = {}
        """When each worker that was seen alive had been started."""

    def attend(self) -> None:
        """One look: steps of the dead lose their lease, and the keeper's next tick hands them on."""
        dead = self._dead(rescue.workers_at_work(self._prefix))
        if dead:
            given_up = rescue.give_up(dead)
            logger.warning("%d worker(s) died here with %d step(s) in hand", len(dead), given_up)

    def _dead(self, workers: Iterable[str]) -> list[str]:
        dead = []
        for worker in workers:
            pid = worker.removeprefix(self._prefix)
            started = started_at(pid)
            if worker in self._seen:
                if started != self._seen[worker]:
                    dead.append(worker)
            elif started and is_worker(pid):
                self._seen[worker] = started
        for worker in dead:
            del self._seen[worker]
        return dead


def started_at(pid: str) -> str:
    """When a living process was started, in the kernel's own words; empty where there is none."""
    with suppress(OSError):
        state, *rest = (PROC / pid / "stat").read_text().rpartition(")")[2].split()
        return "" if state in "ZX" else rest[_START_TIME - 1]
    return ""


def is_worker(pid: str) -> bool:
    with suppress(OSError):
        return b"celery" in (PROC / pid / "cmdline").read_bytes()
    return False


watch = Watch(socket.gethostname())
