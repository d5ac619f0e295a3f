"""What monitoring makes of the outbox's events: promises kept or not, and how runs ended.

It sees every event, so it asks nothing about those that it has no use for, and a fixed number of queries for the rest
of a batch, however many they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from monitoring import outcomes
from monitoring.failures import failures_of
from monitoring.sla import missed, records
from renders.models import Render, RenderEvent

_ABOUT_RENDERS = frozenset({"render.queued", "render.held", "render.completed", "render.failed", "render.cancelled"})
_LOCK = 0x52_48_53_4C
"""Of the database's advisory locks: one reader at a time writes promises."""
_COLUMNS = (
    *("id", "name", "workspace_id", "job_type", "language", "target_date", "due_at", "run", "status", "degraded"),
    *("queued_at", "started_at", "completed_at", "processing_ms"),
)


def consume(events: Sequence[RenderEvent]) -> None:
    """Called by the outbox, inside its transaction; the same events again change nothing."""
    of_renders = [event for event in events if event.kind in _ABOUT_RENDERS]
    of_days = [event for event in events if event.kind == missed.KIND]
    if not of_renders and not of_days:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    if of_renders:
        rows = Render.objects.filter(pk__in={event.render_id for event in of_renders}).only(*_COLUMNS)
        renders = {render.pk: render for render in rows}
        failures = failures_of(of_renders)
        outcomes.note(of_renders, renders, failures)
        records.note(of_renders, renders, failures)
    if of_days:
        missed.note(of_days)
