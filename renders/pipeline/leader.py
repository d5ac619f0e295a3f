"""One keeper leads: by an advisory lock of the database, which falls with the leader's connection. With each look at it
the keeper hears what time it is."""

from __future__ import annotations

import time

from django.db import connection

from renderhub.lib import clock

KEEPER = 0x52_48_4B_45
"""The lock's number; any, as long as nobody else in this database uses it."""

_HOLDS = """
SELECT count(*), clock_timestamp() FROM pg_locks
 WHERE locktype = 'advisory' AND objid = %s AND pid = pg_backend_pid()
"""


def try_to_lead() -> bool:
    """True for the one connection that holds the lock from now on; it is kept until the connection ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [KEEPER])
        return bool(cursor.fetchone()[0])


def leads() -> bool:
    """Whether this connection holds the lock still (a new connection after a restart does not)."""
    since = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(_HOLDS, [KEEPER])
        held, moment = cursor.fetchone()
    clock.told(moment, since)
    return bool(held)
