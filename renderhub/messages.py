"""Messages as workers take them: by the database's clock, as they were sent (I8). By its machine's, a worker that is an
hour ahead throws every bell away as one that is out of time."""

from __future__ import annotations

from typing import Literal

from celery.worker.request import Request

from renderhub.lib import clock


class Message(Request):
    __slots__ = ()

    def maybe_expire(self) -> Literal[True] | None:
        """True where it is out of time, and is not taken any more."""
        return True if self.expires is not None and clock.now() > self.expires else None
