"""The senders' Celery task: thin, rung by a bell that carries nothing."""

from __future__ import annotations

from celery import shared_task
from django.db import connection

from alerts import sending
from renderhub.lib.queues import Queue

BELL_EXPIRES = 60
"""Seconds. What is still due then is rung for again by the keeper."""
SECONDS = 20.0
"""How long a task begins messages, before it leaves the rest to the next bell."""


@shared_task(name="alerts.send", ignore_result=True, expires=BELL_EXPIRES)
def send_messages() -> None:
    """Send what is due."""
    connection.close_if_unusable_or_obsolete()
    sending.send_due(SECONDS)


def ring() -> None:
    send_messages.apply_async(queue=Queue.CONTROL.value, expires=BELL_EXPIRES)
