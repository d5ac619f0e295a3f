"""Whether beat and workers are there at all (R71). The keeper looks: neither can report its own death."""

from __future__ import annotations

import time
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from renders.models import Presence, PresenceKind
from renders.pipeline import presence, troubles

EVERY = 10.0
"""Seconds between two looks."""
_began = time.monotonic()
_QUIET_FOR = "SELECT extract(epoch FROM clock_timestamp() - max(seen_at))::float8 FROM renders_presence WHERE kind = %s"


def attend() -> None:
    """One look. Who was never seen counts as silent once this process has waited for long enough."""
    for kind, what in ((PresenceKind.BEAT, "beat"), (PresenceKind.WORKER, "workers")):
        seconds = _silent_for(kind)
        wrong = seconds > settings.RENDERHUB_SILENCE_SECONDS
        troubles.note(what, wrong, f"{what}.silent", f"{what}.back", seconds=round(seconds))
    old = Now() - timedelta(seconds=presence.FORGOTTEN)
    Presence.objects.filter(seen_at__lt=old).delete()


def _silent_for(kind: PresenceKind) -> float:
    with connection.cursor() as cursor:
        cursor.execute(_QUIET_FOR, [kind.value])
        ((seconds,),) = cursor.fetchall()
    waited = time.monotonic() - _began
    return waited if seconds is None else float(seconds)
