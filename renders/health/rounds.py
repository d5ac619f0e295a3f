"""When the services are asked: by beat every minute, and by the keeper where that has stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from celery import shared_task
from django.db import connection

from renderhub.lib import clock
from renderhub.lib.queues import Queue
from renders.health.check import check_all
from renders.health.foundations import BROKER, DATABASE, STORAGE
from renders.health.record import record
from renders.models import Service

EVERY = 60.0
"""Seconds between two rounds."""
SILENCE = timedelta(seconds=2.5 * EVERY)
"""After so long without a round, whoever should make it is not there."""
_TURN = 0x52_48_48_45
"""Number of the database's advisory lock; any that nobody else uses."""


@shared_task(name="renders.check_services", ignore_result=True, expires=EVERY - 5)
def check_services() -> None:
    """Ask every service and keep what it answered. Where somebody is at it already, there is nothing to do."""
    with _our_turn() as ours:
        if ours:
            record(check_all(), whole=True)


def ring() -> None:
    """Have a round made soon, by a worker that has the engines. Raises what kombu raises where the broker is away."""
    check_services.apply_async(queue=Queue.CONTROL.value, expires=EVERY - 5)


def stand_in() -> None:
    """The keeper's part: rounds come by way of beat, broker and a worker; where they stay away, somebody has to say
    so. What only a worker can know is left as it was."""
    storage = Service.objects.filter(name=STORAGE).values_list("checked_at", flat=True).first()
    if storage is not None and clock.now() - storage < SILENCE:
        return
    with _our_turn() as ours:
        if ours:
            record(check_all(only=(DATABASE, BROKER)), whole=False)


@contextmanager
def _our_turn() -> Iterator[bool]:
    """One at a time in the whole house. The lock is on no row: nobody else waits for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_TURN])
        (ours,) = cursor.fetchone()
    try:
        yield bool(ours)
    finally:
        if ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_TURN])
