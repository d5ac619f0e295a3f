"""A worker that was told to stop finishes what it does, or hands back what would take too long (R45).

Celery's warm shutdown takes no more messages and waits for the tasks in hand, however long they take; a deploy does not
wait so long, and kills. So once the soft limit is over, the pool is told to hand back: the children of providers are
ended, their steps are due again at once with nothing spent, and the worker ends by itself.

The signal: Celery leaves SIGUSR2 to us (SIGUSR1 is its soft time limit, SIGTERM and SIGQUIT its shutdowns).
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress

from renders.pipeline import lease

logger = logging.getLogger(__name__)


def listen() -> None:
    """In each process of a prefork pool: hand back when told to. The lock that is needed for it may be held by the very
    code that the signal interrupts, so a thread takes it."""
    signal.signal(
        signal.SIGUSR2,
        lambda *_: threading.Thread(target=lease.keeper.hand_back_all, name="hand-back", daemon=True).start(),
    )


def begin(seconds: float, pool: Callable[[], Iterable[int]]) -> None:
    """The worker was told to stop: in so many seconds this process, and those of its pool, hand back what they have."""
    timer = threading.Timer(seconds, _hand_back, (pool,))
    timer.daemon = True
    timer.start()


def _hand_back(pool: Callable[[], Iterable[int]]) -> None:
    logger.info("told to stop: what is not finished by now is handed back")
    lease.keeper.hand_back_all()
    for pid in pool():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGUSR2)
