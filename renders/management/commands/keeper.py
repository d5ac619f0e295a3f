from __future__ import annotations

import logging
import signal
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error, connection

from renders.pipeline import duties, leader, recovery

logger = logging.getLogger("renders.keeper")

TICK = 1.0
"""Seconds between two looks at what is due."""
GRACE = 5.0
"""Seconds that a duty has to end in when the keeper is told to stop."""


class Command(BaseCommand):
    help = "Wakes what is due and rescues what was lost. Run one or two: the first leads, the other stands by."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        logger.info("keeper started")
        last_sweep = 0.0
        leads = threading.Event()
        attending = duties.start(leads, stop)
        believe_from = 0.0
        while not stop.is_set():
            try:
                _set(leads, leader.leads() if leads.is_set() else leader.try_to_lead())
                if leads.is_set():
                    recovery.tick(believe_leases=time.monotonic() >= believe_from)
                    if time.monotonic() - last_sweep >= settings.RENDERHUB_SWEEP_SECONDS:
                        recovery.sweep()
                        last_sweep = time.monotonic()
            except Error as error:
                logger.warning("The database is away; trying again: %s", str(error).strip())
                connection.close()
                leads.clear()
                # Nobody could renew a lease meanwhile: whoever holds one gets the time to, now that it is back.
                believe_from = time.monotonic() + settings.RENDERHUB_LEASE_SECONDS
            stop.wait(TICK)
        for thread in attending:
            thread.join(GRACE)
        logger.info("keeper stopped")


def _set(event: threading.Event, wanted: bool) -> None:
    if wanted:
        event.set()
    else:
        event.clear()
