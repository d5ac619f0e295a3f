"""Where a process hears the database's time (`renderhub/lib/clock.py`): with each new connection, and along with what
it says to the database anyway: claims, renewals of leases, the keeper's lock, marks of presence. Only requests of the
web, beat and the tasks of beat ask for it, and that once a second at most.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.core.signals import request_started
from django.db import Error, connection
from django.db.backends.signals import connection_created

from renderhub.lib import clock

logger = logging.getLogger(__name__)

BELIEVED = 1.0
"""Seconds for which a request or a task of beat goes by what was heard last."""
_ASK = "SELECT clock_timestamp()"


def install() -> None:
    """Once a process, as its apps are loaded."""
    connection_created.connect(_hear_first, dispatch_uid="renders.database_clock")
    request_started.connect(refresh, dispatch_uid="renders.database_clock")


def refresh(**_: Any) -> None:
    """Ask where it was long ago. Never raises: who cannot be asked now is met again by what comes next."""
    # A connection that is yet to be made tells the time by itself.
    if clock.age() < BELIEVED or connection.connection is None:
        return
    try:
        with connection.wrap_database_errors:
            # Not by Django's cursor: it is no part of what a page costs, which is counted there.
            _hear(connection.connection)
    except Error as error:
        logger.info("The database did not tell the time: %s", str(error).strip())
        if not connection.in_atomic_block:
            connection.close()


def _hear_first(connection: Any, **_: Any) -> None:
    with connection.wrap_database_errors:
        _hear(connection.connection)


def _hear(connected: Any) -> None:
    since = time.monotonic()
    with connected.cursor() as cursor:
        cursor.execute(_ASK)
        ((moment,),) = cursor.fetchall()
    clock.told(moment, since)
