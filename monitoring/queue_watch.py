"""A queue that is too long or too old is told once, and once more when it is well again (R71). The keeper looks."""

from __future__ import annotations

from django.conf import settings

from monitoring import queues
from renders.models import Trouble
from renders.pipeline import troubles

EVERY = 30.0
"""Seconds between two looks."""
WELL = 0.8
"""Of the limit: below it the queue is well again. What hovers around a limit is one alert."""


def attend() -> None:
    """One look. Safe to run twice at once."""
    limits = {"depth": settings.RENDERHUB_QUEUE_DEPTH_LIMIT, "age": settings.RENDERHUB_QUEUE_AGE_SECONDS}
    known = set(Trouble.objects.filter(what__startswith="queue/").values_list("what", flat=True))
    standing = queues.waiting()
    for name, queue in standing.items():
        for measure, value in (("depth", queue["due"]), ("age", queue["oldest_s"])):
            what, limit = f"queue/{name}/{measure}", limits[measure]
            wrong = value > (WELL * limit if what in known else limit)
            _note(what, wrong, name, measure, value, limit)
            known.discard(what)
    for what in known:  # nothing of that queue is left at all
        _, name, measure = what.split("/")
        _note(what, False, name, measure, 0, limits[measure])


def _note(what: str, wrong: bool, queue: str, measure: str, value: float, limit: float) -> None:
    troubles.note(
        what, wrong, "queue.over_limit", "queue.within_limit", queue=queue, measure=measure, value=value, limit=limit
    )
