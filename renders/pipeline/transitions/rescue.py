"""Moves that nobody else will make: sleepers woken, steps of dead workers handed on (I1). The keeper calls them."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from renderhub.lib import clock
from renders.pipeline.transitions.steps import Freed

_WAKE = """
UPDATE renders_step SET status = 'due', wake_at = NULL, due_since = clock_timestamp()
 WHERE id IN (SELECT id FROM renders_step WHERE status = 'sleeping' AND wake_at <= %(now)s
               ORDER BY wake_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
RETURNING stage, queue
"""
# A worker that died is not its provider's fault: the attempt is given back, the loss is counted. A poison step ends
# because the runner turns too many losses into a failure of its provider.
_RELEASE = """
WITH released AS (
    UPDATE renders_step
       SET status = 'due', lease_until = NULL, due_since = clock_timestamp(), losses = losses + 1,
           attempt = GREATEST(attempt - (job_id = '')::int, 0)
     WHERE id IN (SELECT id FROM renders_step WHERE status = 'running' AND lease_until < clock_timestamp()
                   ORDER BY position LIMIT 1000 FOR UPDATE SKIP LOCKED)
    RETURNING id, render_id, run, stage, segment, queue, provider, job_id, losses, worker
), settled AS (
    UPDATE renders_attempt a SET outcome = 'lost', ended_at = clock_timestamp()
      FROM released e WHERE a.step_id = e.id AND a.outcome = 'under_way' AND e.job_id = ''
), logged AS (
    INSERT INTO renders_renderlog (render_id, run, step_name, segment, status, provider, error_message, error_code,
                                   retry_count, created_at)
    SELECT render_id, run, stage, segment, 'retrying', provider,
           'worker ' || worker || ' was lost; handed to another', '', losses, clock_timestamp() FROM released
)
SELECT stage, queue FROM released
"""
_OVERDUE_BELLS = """
SELECT stage, queue, count(*) FROM renders_step
 WHERE status = 'due' AND due_since < clock_timestamp() - %s * interval '1 second'
 GROUP BY stage, queue
"""
_TO_REQUEUE = """
SELECT id, status FROM renders_render
 WHERE wake_at <= %(now)s AND (status = 'failed' AND NOT final OR status = 'held')
 ORDER BY wake_at LIMIT 500
"""
_OUT_OF_TIME = """
SELECT id, run, stage, retry_count FROM renders_render
 WHERE status = 'processing' AND started_at < %(now)s - %(seconds)s * interval '1 second'
 LIMIT 100
"""


def wake_sleepers() -> list[Freed]:
    """sleeping -> due, for those whose time has come."""
    return _freed(_WAKE)


def release_lost() -> list[Freed]:
    """running -> due, for those whose lease ran out: their worker is dead, cut off, or too slow to be believed."""
    return _freed(_RELEASE)


def waiting_unheard(seconds: float) -> list[tuple[Freed, int]]:
    """Stages with steps that have been due for longer than `seconds`: their bell may have been lost. And how many."""
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE_BELLS, [seconds])
        return [(Freed(stage, queue), count) for stage, queue, count in cursor.fetchall()]


def to_wake() -> list[tuple[UUID, str]]:
    """Renders whose `wake_at` has come, with their status: failed ones to requeue, held ones to let go."""
    with connection.cursor() as cursor:
        cursor.execute(_TO_REQUEUE, {"now": clock.now()})
        return list(cursor.fetchall())


def out_of_time(seconds: float) -> list[tuple[UUID, int, str, int]]:
    """Runs under way for longer than a run may take (R19): id, run, stage, requeues so far."""
    with connection.cursor() as cursor:
        cursor.execute(_OUT_OF_TIME, {"now": clock.now(), "seconds": seconds})
        return list(cursor.fetchall())


def _freed(sql: str) -> list[Freed]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"now": clock.now()})
        return [Freed(stage, queue) for stage, queue in cursor.fetchall()]
