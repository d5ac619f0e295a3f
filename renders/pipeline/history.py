"""The history of each provider, rolled up from the render log (R38): the keeper reads on where it stopped, so that each
row is looked at once, and the figures of a provider cost the same however long it has been at work."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Max

from renderhub.lib import clock
from renders.domain.expectations import of_history
from renders.domain.stages import Stage
from renders.models import StageHistory

logger = logging.getLogger(__name__)

KEPT = 200
"""Samples of a provider and stage: what it has been like lately counts, not what it was like in spring."""
BATCH = 5_000
FIRST = 50_000
"""Rows of the log that the first look goes back by."""

# Ids are given out before their rows can be seen: a few seconds later all of them can.
_READ = """
SELECT id, status, step_name, provider, duration_ms FROM renders_renderlog
 WHERE id > %s AND created_at < clock_timestamp() - interval '5 seconds'
 ORDER BY id LIMIT %s
"""


def roll_up() -> int:
    """Read what is new in the log; how many samples came of it. Safe to run twice at once."""
    with transaction.atomic():
        place = _place()
        if place is None:
            return 0
        found: dict[tuple[str, str], list[float]] = defaultdict(list)
        while rows := _read(place):
            place = rows[-1][0]
            for _, status, stage, provider, milliseconds in rows:
                if status == "completed" and provider and milliseconds is not None and stage in set(Stage):
                    found[stage, provider].append(milliseconds / 1000)
            if len(rows) < BATCH:
                break
        _keep(found, place)
    return sum(map(len, found.values()))


def _place() -> int | None:
    """The last row that was read; None where somebody else is reading."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('renders.history'))")
        if not cursor.fetchone()[0]:
            return None
        known = StageHistory.objects.aggregate(to=Max("read_to"))["to"]
        if known is not None:
            return int(known)
        cursor.execute("SELECT COALESCE(max(id), 0) FROM renders_renderlog")
        return max(int(cursor.fetchone()[0]) - FIRST, 0)


def _read(place: int) -> list[tuple[int, str, str, str, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute(_READ, [place, BATCH])
        return list(cursor.fetchall())


def _keep(found: dict[tuple[str, str], list[float]], place: int) -> None:
    for (stage, provider), seconds in found.items():
        row = StageHistory.objects.filter(stage=stage, provider=provider).first()
        row = row or StageHistory(stage=stage, provider=provider)
        row.samples = _rounded([*row.samples, *seconds][-KEPT:])
        figures = of_history(row.samples)
        row.count, row.typical, row.slow = len(row.samples), figures.typical, figures.slow
        row.read_to, row.updated_at = place, clock.now()
        row.save()


def _rounded(samples: Iterable[float]) -> list[float]:
    return [round(sample, 3) for sample in samples]
