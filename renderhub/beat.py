"""Beat's scheduler: the schedule in the database, and a mark that says that its loop runs (R71)."""

from __future__ import annotations

import os
import socket
from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler

from renders.models import PresenceKind
from renders.pipeline.presence import Ticks


class Scheduler(DatabaseScheduler):  # type: ignore[misc]  # it has no types
    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._mark = Ticks(PresenceKind.BEAT, f"beat@{socket.gethostname()}/{os.getpid()}")

    def tick(self, *args: Any, **named: Any) -> float:
        """Seconds until the next one, as of the scheduler beneath; never longer than until the next mark."""
        self._mark.tick()
        wait: float = super().tick(*args, **named)
        return min(wait, 5.0)
