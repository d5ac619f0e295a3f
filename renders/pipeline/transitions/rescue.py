"""Moves that nobody else will make: sleepers woken, steps of dead workers handed on (I1). The keeper calls them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
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
_WAKE_WAITING = """
UPDATE renders_step SET status = 'due', wake_at = NULL, due_since = clock_timestamp()
 WHERE id IN (SELECT id FROM renders_step
               WHERE status = 'sleeping' AND waits_for <> '' AND NOT wants_slot AND stage = ANY(%(stages)s)
               ORDER BY wake_at LIMIT 5000 FOR UPDATE SKIP LOCKED)
RETURNING stage, queue
"""
_WAKE_WAITING_AT = """
UPDATE renders_step SET wake_at = %(at)s
 WHERE id IN (SELECT id FROM renders_step
               WHERE status = 'sleeping' AND waits_for <> '' AND wake_at > %(at)s AND stage = ANY(%(stages)s)
               ORDER BY wake_at LIMIT 5000 FOR UPDATE SKIP LOCKED)
"""
# Whose provider is at work, and says that it is done. What it notes behind its job's id is its own matter.
_WAKE_PENDING = """
UPDATE renders_step SET wake_at = %(now)s
 WHERE status = 'sleeping' AND wake_at > %(now)s AND job_id <> '' AND starts_with(job_id, %(job_id)s)
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
_AT_WORK = "SELECT DISTINCT worker FROM renders_step WHERE status = 'running' AND starts_with(worker, %s)"
_GIVE_UP = """
UPDATE renders_step SET lease_until = clock_timestamp() - interval '1 millisecond'
 WHERE status = 'running' AND worker = ANY(%s)
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
# Waiting for a slot is not counted (R19): the time begins anew with the last step that got its turn.
_OUT_OF_TIME = """
SELECT r.id, r.run, r.stage, r.retry_count FROM renders_render r
 WHERE r.status = 'processing' AND r.started_at < %(now)s - %(seconds)s * interval '1 second'
   AND NOT EXISTS (SELECT 1 FROM renders_step s
                    WHERE s.render_id = r.id AND s.run = r.run AND s.wants_slot
                      AND (s.status = 'sleeping' OR s.due_since > %(now)s - %(seconds)s * interval '1 second'))
 LIMIT 100
"""


def workers_at_work(prefix: str) -> list[str]:
    """The workers whose name begins so and that hold a step."""
    with connection.cursor() as cursor:
        cursor.execute(_AT_WORK, [prefix])
        return [worker for (worker,) in cursor.fetchall()]


def give_up(workers: Sequence[str]) -> int:
    """The leases of these workers are over: they are known to be dead. How many they held."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_UP, [list(workers)])
        return int(cursor.rowcount)


def wake_sleepers() -> list[Freed]:
    """sleeping -> due, for those whose time has come."""
    return _freed(_WAKE)


def wake_waiting(stages: Sequence[str]) -> list[Freed]:
    """sleeping -> due, for those of these stages that sleep because nobody could be asked: somebody is back (R10)."""
    return _freed(_WAKE_WAITING, stages=list(stages))


def wake_waiting_at(stages: Sequence[str], at: datetime) -> int:
    """The same, where they are to be woken at `at` instead of now, by the keeper; how many."""
    with connection.cursor() as cursor:
        cursor.execute(_WAKE_WAITING_AT, {"stages": list(stages), "at": at})
        return int(cursor.rowcount)


def wake_pending(job_id: str) -> list[Freed]:
    """The steps that wait for a provider's job are to be looked at now: the keeper wakes them within a second."""
    return _freed(_WAKE_PENDING, job_id=job_id)


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


def _freed(sql: str, **more: Any) -> list[Freed]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"now": clock.now(), **more})
        return [Freed(stage, queue) for stage, queue in cursor.fetchall()]
