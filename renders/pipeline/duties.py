"""What the leading keeper does beside its sweep, each on a thread of its own: neither broker, beat nor workers are
needed for it, and a duty that hangs keeps nobody's lease from being looked at.

The apps above register their duties (reading the outbox, sending what waits for too long, watching beat).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from django.db import Error, connection

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Duty:
    name: str
    every: float
    """Seconds between two times."""
    work: Callable[[], object]


_duties: dict[str, Duty] = {}


def register(name: str, every: float, work: Callable[[], object]) -> None:
    """Have `work` done every so many seconds; it must be safe to run twice at once."""
    _duties[name] = Duty(name, every, work)


def start(leading: threading.Event, stop: threading.Event) -> list[threading.Thread]:
    """A thread for each duty, at work while `leading` is set, until `stop` is."""
    threads = [
        threading.Thread(target=_attend, args=(duty, leading, stop), name=duty.name, daemon=True)
        for duty in _duties.values()
    ]
    for thread in threads:
        thread.start()
    return threads


def _attend(duty: Duty, leading: threading.Event, stop: threading.Event) -> None:
    while not stop.wait(duty.every):
        if leading.is_set():
            _do(duty)
    connection.close()


def _do(duty: Duty) -> None:
    try:
        duty.work()
    except Error as error:
        logger.warning("%s: the database is away; trying again: %s", duty.name, str(error).strip())
        connection.close()
    except Exception:
        logger.exception("%s failed; it will be tried again", duty.name)
