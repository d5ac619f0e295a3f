"""Jobs at providers that nobody waits for any more (R6), written with the move that ended their step."""

from __future__ import annotations

from django.db import connection

from renders.pipeline.transitions.claim import Claimed

NOTE_STRAYS = """
    INSERT INTO renders_strayjob (provider, job_id, tries, next_at, created_at)
    SELECT provider, job_id, 0, clock_timestamp(), clock_timestamp() FROM {ended} WHERE job_id <> ''
        ON CONFLICT DO NOTHING
"""
"""For steps that were stopped: their provider need not go on."""

# A claim is stale, too, where another worker has the step now: that one finds the job by its key, and goes on with it.
_NOTE_MINE = f"""
WITH ended AS (
    SELECT %(provider)s::text AS provider, %(job_id)s::text AS job_id FROM renders_step
     WHERE id = %(step)s AND status = 'cancelled'
)
{NOTE_STRAYS.format(ended="ended")}
"""


def leave_behind(claimed: Claimed, job_id: str) -> None:
    """The render was cancelled while its provider was taking the job: nobody else knows of it."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_MINE, {"provider": claimed.provider, "job_id": job_id, "step": claimed.step_id})
