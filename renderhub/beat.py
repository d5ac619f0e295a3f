"""Beat's scheduler: the schedule in the database, and a mark that says that its loop runs (R71)."""

from __future__ import annotations

import os
import socket
from datetime import datetime
from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry
from django_celery_beat.tzcrontab import TzAwareCrontab

from renderhub.lib import clock
from renders.models import PresenceKind
from renders.pipeline import database_clock
from renders.pipeline.presence import Ticks

# Its moments are stored and compared by the next beat, perhaps on another machine: they are the one clock's (I8).
TzAwareCrontab.nowfunc = lambda self: clock.now().astimezone(self.tz)


class Entry(ModelEntry):  # type: ignore[misc]  # it has no types
    def _default_now(self) -> datetime:
        return clock.now().astimezone(self.app.timezone)


class Scheduler(DatabaseScheduler):  # type: ignore[misc]  # it has no types
    Entry = Entry

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._mark = Ticks(PresenceKind.BEAT, f"beat@{socket.gethostname()}/{os.getpid()}")

    def tick(self, *args: Any, **named: Any) -> float:
        """Seconds until the next one, as of the scheduler beneath; never longer than until the next mark."""
        self._mark.tick()
        database_clock.refresh()
        wait: float = super().tick(*args, **named)
        return min(wait, 5.0)
