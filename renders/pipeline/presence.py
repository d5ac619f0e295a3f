"""The marks that workers and beats leave while they live: a row each, renewed every few seconds (R46, R71).

A mark a process, not one a task: it costs the hot path nothing. The database's clock says when it was left, and the
process hears by that what time it is.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence

from django.db import Error, connection

from renderhub.lib import clock
from renders.models import Presence, PresenceKind

logger = logging.getLogger(__name__)

EVERY = 10.0
"""Seconds between two marks of one process."""
ONLINE = 3 * EVERY
"""Seconds after its last mark for which a worker counts as there."""
FORGOTTEN = 86_400.0
"""Seconds after which the mark of one that never came back is dropped."""

_LEAVE = """
INSERT INTO renders_presence AS p (kind, name, queues, size, since, seen_at)
VALUES (%s, %s, to_jsonb(%s::text[]), %s, clock_timestamp(), clock_timestamp())
    ON CONFLICT (kind, name) DO UPDATE
   SET queues = EXCLUDED.queues, size = EXCLUDED.size, seen_at = EXCLUDED.seen_at,
       since = CASE WHEN %s THEN EXCLUDED.since ELSE p.since END
RETURNING seen_at
"""
_THERE = """
SELECT name, queues, size FROM renders_presence
 WHERE kind = %s AND seen_at > clock_timestamp() - %s * interval '1 second' ORDER BY name
"""


def leave(kind: PresenceKind, name: str, queues: Sequence[str] = (), size: int = 0, *, first: bool = False) -> None:
    """Leave a mark. `first`: the process has just started. Raises `django.db.Error`."""
    since = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE, [kind.value, name, list(queues), size, first])
        ((seen_at,),) = cursor.fetchall()
    clock.told(seen_at, since)


def workers_online() -> list[str]:
    """Names of the workers that left a mark a moment ago."""
    with connection.cursor() as cursor:
        cursor.execute(_THERE, [PresenceKind.WORKER.value, ONLINE])
        return [name for name, _, _ in cursor.fetchall()]


class Marks:
    """Leaves a process's mark from a thread of its own until it is told to end; then the mark is taken away: who ends
    in good order is not silent."""

    def __init__(self, kind: PresenceKind, name: str, queues: Sequence[str] = (), size: int = 0) -> None:
        self._about = (kind, name, tuple(queues), size)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._leave_for_ever, name="presence", daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join(5)

    def _leave_for_ever(self) -> None:
        first = True
        while True:
            first = not self._leave(first=first) and first
            if self._over.wait(EVERY):
                break
        self._take_away()
        connection.close()

    def _leave(self, *, first: bool) -> bool:
        try:
            leave(*self._about, first=first)
        except Error as error:
            logger.warning("No mark was left: %s", str(error).strip())
            connection.close()
            return False
        return True

    def _take_away(self) -> None:
        kind, name, _, _ = self._about
        try:
            Presence.objects.filter(kind=kind.value, name=name).delete()
        except Error:
            logger.info("The mark stays: the database is away")


class Ticks:
    """The mark of a process that calls it in its own loop: a thread would live on where the loop hangs."""

    def __init__(self, kind: PresenceKind, name: str) -> None:
        self._kind, self._name = kind, name
        self._next, self._first = 0.0, True

    def tick(self) -> None:
        """Leave a mark where the last is old enough. Never raises."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY
        try:
            leave(self._kind, self._name, first=self._first)
            self._first = False
        except Error as error:
            logger.warning("No mark was left: %s", str(error).strip())
            connection.close()
