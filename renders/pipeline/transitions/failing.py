"""A stage fails and with it the render: for now, to be requeued (R37), or for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from renders.domain.errors import GenerationError
from renders.domain.states import StepStatus
from renders.pipeline.transitions.claim import Claimed
from renders.pipeline.transitions.fence import LOG_STEP, MINE, SETTLE_ATTEMPT, guarded, values_of
from renders.pipeline.transitions.prepared import Prepared
from renders.pipeline.transitions.stored import stored_json, stored_text
from renders.pipeline.transitions.strays import NOTE_STRAYS

_RENDER_FAILS = """
failed AS (
    UPDATE renders_render r
       SET status = 'failed', final = %(final)s, stage = %(stage)s,
           wake_at = CASE WHEN r.status = 'failed' AND NOT %(final)s THEN GREATEST(r.wake_at, %(wake_at)s)
                          ELSE %(wake_at)s END,
           error_code = %(code)s, error_message = %(reason)s, error_remedy = %(remedy)s
     WHERE r.id = %(render)s AND r.run = %(run)s {only_if}
    RETURNING r.id, r.run, old.status AS was
), recorded AS (
    INSERT INTO renders_renderfailure (render_id, run, stage, segment, provider, code, fingerprint, failure_reason,
                                       error_details, final, created_at, resolved, note)
    SELECT id, run, %(stage)s, %(segment)s, %(provider)s, %(code)s, %(fingerprint)s, %(reason)s,
           %(details)s, %(final)s, clock_timestamp(), FALSE, '' FROM failed
), told AS (
    INSERT INTO renders_renderevent (render_id, run, kind, stage, segment, data, created_at)
    SELECT id, run, 'render.failed', %(stage)s, %(segment)s, %(event)s, clock_timestamp() FROM failed
     WHERE was <> 'failed' OR %(final)s
)
"""
# Steps run side by side: one may fail while the render waits for its requeue because of another. The later of the two
# moments counts (no Retry-After is undercut), and a failure for good ends the waiting.
_OF_A_STEP = """AND EXISTS (SELECT 1 FROM ended)
       AND (r.status IN ('queued', 'processing') OR r.status = 'failed' AND NOT r.final)"""
_UNDER_WAY = "AND r.status IN ('queued', 'processing')"
_FAIL_STEP = Prepared(
    "fail_step",
    f"""
WITH ended AS (
    UPDATE renders_step s
       SET status = 'failed', ended_at = clock_timestamp(), lease_until = NULL, job_id = ''
     WHERE {MINE}
    RETURNING s.id, s.render_id, s.run, s.stage, s.segment
), settled AS ({SETTLE_ATTEMPT}), logged AS ({LOG_STEP}),
{_RENDER_FAILS.format(only_if=_OF_A_STEP)}
SELECT 1 FROM ended
""",
)
_FAIL_RENDER = Prepared("fail_render", f"WITH {_RENDER_FAILS.format(only_if=_UNDER_WAY)} SELECT id FROM failed")

# All steps are locked before any is stopped, by a statement of its own: only then does the second one see what a
# worker freed or planned while the first waited for it.
_LOCK_STEPS = "SELECT 1 FROM renders_step WHERE render_id = %s AND run = %s ORDER BY position FOR UPDATE"
_STOP_STEPS = f"""
WITH stopped AS (
    UPDATE renders_step SET status = %s, lease_until = NULL, wake_at = NULL, ended_at = clock_timestamp()
     WHERE render_id = %s AND run = %s AND status = ANY(%s)
    RETURNING id, render_id, run, queue, provider, job_id
), strays AS ({NOTE_STRAYS.format(ended="stopped")})
UPDATE renders_attempt a SET outcome = 'cancelled', ended_at = clock_timestamp()
  FROM stopped s WHERE a.step_id = s.id AND a.outcome = 'under_way'
"""
UNFINISHED = ("waiting", "due", "sleeping", "running")


def fail(claimed: Claimed, error: GenerationError, reason: str, *, requeue_at: datetime | None) -> None:
    """running -> failed, and the render with it: until `requeue_at`, or for good where that is None.

    Raises `StaleClaim`.
    """
    log = "failed" if requeue_at is None else "retrying"
    decision = "give_up" if requeue_at is None else "requeue"
    values = values_of(claimed, outcome="error", log=log, error=error, decision=decision)
    values |= _failure_values(
        claimed.render_id, claimed.run, claimed.stage.value, claimed.segment, error, reason, requeue_at
    )
    values["details"] = stored_json(error.to_json() | {"attempt": claimed.attempt, "asked": claimed.payload})
    with transaction.atomic():
        guarded(_FAIL_STEP, values)
        if requeue_at is None:
            stop_steps(claimed.render_id, claimed.run)


def fail_render(
    render_id: UUID, run: int, stage: str, error: GenerationError, reason: str, *, requeue_at: datetime | None
) -> bool:
    """A run as a whole fails (it ran out of its time, R19): its steps in hand become failed, for a requeue to take
    up, or cancelled. False where it was no longer under way."""
    values = _failure_values(render_id, run, stage, "", error, reason, requeue_at)
    values |= {"provider": error.provider, "code": error.code.value, "details": stored_json(error.to_json())}
    with transaction.atomic():
        lock_steps(render_id, run)
        if not _FAIL_RENDER.rows(values):
            return False
        if requeue_at is None:
            stop_steps(render_id, run)
        else:
            stop_steps(render_id, run, StepStatus.FAILED, only=("running", "due", "sleeping"))
        return True


def lock_steps(render_id: UUID, run: int) -> None:
    """Wait for whoever is moving a step of the run, and keep others from it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_STEPS, [render_id, run])


def stop_steps(
    render_id: UUID, run: int, to: StepStatus = StepStatus.CANCELLED, *, only: Sequence[str] = UNFINISHED
) -> None:
    """The run's unfinished steps -> cancelled (or failed), their attempts settled. Workers that hold one learn it at
    their next renewal. What has failed stays so: it tells why."""
    lock_steps(render_id, run)
    with connection.cursor() as cursor:
        cursor.execute(_STOP_STEPS, [to.value, render_id, run, list(only)])


def _failure_values(
    render_id: UUID,
    run: int,
    stage: str,
    segment: str,
    error: GenerationError,
    reason: str,
    requeue_at: datetime | None,
) -> dict[str, Any]:
    final = requeue_at is None
    return {
        "render": render_id,
        "run": run,
        "stage": stage,
        "segment": segment,
        "reason": stored_text(reason or error.message or error.code.value)[:2000],
        "remedy": stored_text(error.what_to_do)[:2000],
        "fingerprint": f"{error.provider}/{stage}/{error.code.value}"[:100],
        "final": final,
        "wake_at": requeue_at,
        "event": stored_json({"final": final, "requeue_at": requeue_at, "code": error.code.value}),
    }
