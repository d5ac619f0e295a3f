"""Work at providers that nobody waits for any more (R6): written with the move that decides so, for whoever makes that
move may die right behind it. `pipeline/strays.py` cancels it there."""

from __future__ import annotations

from django.db import connection

from renders.pipeline.transitions.claim import Claimed

_KEEP = "INSERT INTO renders_strayjob (provider, job_id, key, step_id, tries, next_at, created_at)"
# Where a service may have been asked and nobody has noted its answer, its key stands for the job: `Claimed.key`.
NOTE_STRAYS = f"""
    {_KEEP}
    SELECT e.provider, e.job_id,
           CASE WHEN e.job_id = '' THEN concat_ws('-', e.render_id, e.run, e.id, e.provider) ELSE '' END,
           e.id, 0, clock_timestamp(), clock_timestamp()
      FROM {{ended}} e
     WHERE e.job_id <> ''
        OR e.queue = 'io' AND EXISTS (
           SELECT 1 FROM renders_attempt a
            WHERE a.step_id = e.id AND a.provider = e.provider
              AND (a.decision NOT IN ('skip', 'wait') OR a.job_id <> ''))
        ON CONFLICT DO NOTHING
"""
"""For steps that were stopped: their provider need not go on."""

_NOTE = f"""
{_KEEP} VALUES (%(provider)s, %(job_id)s, %(key)s, %(step)s, 0, clock_timestamp(), clock_timestamp())
    ON CONFLICT DO NOTHING
"""
# A claim is stale, too, where another worker has the step now: that one finds the job by its key, and goes on with it.
# Where it has asked for one of its own, or has gone on to another provider, nobody will.
_NOTE_LATE = f"""
{_KEEP}
SELECT %(provider)s, %(job_id)s, '', %(step)s, 0, clock_timestamp(), clock_timestamp()
 WHERE NOT EXISTS (SELECT 1 FROM renders_step s
                    WHERE s.id = %(step)s AND s.provider = %(provider)s AND s.job_id IN ('', %(job_id)s)
                      AND s.status IN ('running', 'sleeping', 'due'))
    ON CONFLICT DO NOTHING
"""


def note(claimed: Claimed) -> None:
    """What the claim's provider is at work on, or may be, is to be cancelled. Call it inside the transaction of the
    move that goes on without it."""
    key = "" if claimed.job_id else claimed.key
    values: dict[str, str | int] = {"provider": claimed.provider, "job_id": claimed.job_id, "key": key}
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, values | {"step": claimed.step_id})


def leave_behind(claimed: Claimed, job_id: str) -> None:
    """The claim was lost while its provider was taking the job: nobody else knows of it."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_LATE, {"provider": claimed.provider, "job_id": job_id, "step": claimed.step_id})
