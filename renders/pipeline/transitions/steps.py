"""Moves of a step by the worker that claimed it and does not finish it now.

A stale claim changes nothing and is told so (I2)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from renderhub.lib import clock
from renders.domain.errors import GenerationError
from renders.domain.stages import ASSET_KINDS
from renders.domain.states import AssetStatus
from renders.pipeline.transitions.added import STORE_ASSET, failure_values
from renders.pipeline.transitions.claim import Claimed
from renders.pipeline.transitions.fence import LOG_STEP, MINE, SETTLE_ATTEMPT, guarded, values_of
from renders.pipeline.transitions.prepared import Prepared
from renders.pipeline.transitions.stored import stored_text


@dataclass(frozen=True)
class Freed:
    """A step that became due: its stage's bell is to be rung."""

    stage: str
    queue: str
    fallback: bool = False
    """Whether it is due with another provider than before."""


_PUT_BACK_IT = f"""
WITH ended AS (
    UPDATE renders_step s
       SET status = %(status)s, wake_at = %(wake_at)s, provider = %(new_provider)s, queue = %(new_queue)s,
           attempt = %(new_attempt)s, job_id = %(job_id)s, degraded = %(degraded)s, losses = 0, lease_until = NULL,
           waits_for = %(waits_for)s, wants_slot = %(wants_slot)s,
           due_since = CASE WHEN %(status)s = 'due' THEN clock_timestamp() ELSE s.due_since END
     WHERE {MINE}
    RETURNING s.id, s.render_id, s.run, s.stage, s.segment
), settled AS ({SETTLE_ATTEMPT}), logged AS ({LOG_STEP}) {{more}}
SELECT 1 FROM ended
"""
_PUT_BACK = Prepared("put_back", _PUT_BACK_IT.format(more=""))
_PUT_BACK_ASSET = Prepared("put_back_asset", _PUT_BACK_IT.format(more=f", told AS ({STORE_ASSET})"))
# The time for which nobody could be asked counts neither as work nor towards the run's limit (R10, R19).
_PARK = Prepared(
    "park",
    _PUT_BACK_IT.format(
        more=""", stood AS (
    UPDATE renders_render r
       SET started_at = LEAST(r.started_at + (%(wake_at)s - clock_timestamp()), clock_timestamp())
      FROM ended e
     WHERE r.id = e.render_id AND r.run = e.run AND r.status = 'processing'
)"""
    ),
)
_LEAVE_PENDING = Prepared(
    "leave_pending",
    f"""
WITH ended AS (
    UPDATE renders_step s
       SET status = 'sleeping', job_id = %(job_id)s, losses = 0, lease_until = NULL, waits_for = '',
           wake_at = %(wake_at)s
     WHERE {MINE}
    RETURNING s.id
), noted AS (
    UPDATE renders_attempt a SET job_id = %(job_id)s FROM ended e WHERE a.step_id = e.id AND a.outcome = 'under_way'
)
SELECT 1 FROM ended
""",
)
_HAND_BACK_PENDING = Prepared(
    "hand_back_pending",
    f"""
UPDATE renders_step s SET status = 'due', lease_until = NULL, due_since = clock_timestamp()
 WHERE {MINE}
RETURNING s.id
""",
)
_RENEW = Prepared(
    "renew",
    """
UPDATE renders_step s
   SET lease_until = clock_timestamp() + %(lease)s * interval '1 second'
  FROM unnest(%(steps)s, %(claims)s) AS held(id, claim_no)
 WHERE s.id = held.id AND s.claim_no = held.claim_no AND s.status = 'running'
RETURNING s.id, clock_timestamp()
""",
)


def retry(claimed: Claimed, error: GenerationError, at: datetime) -> None:
    """running -> sleeping until `at`, with the same provider (R35)."""
    values = values_of(claimed, outcome="error", log="retrying", error=error, decision="retry")
    values |= _unchanged(claimed) | {"status": "sleeping", "wake_at": at, "new_attempt": claimed.attempt}
    if claimed.stage in ASSET_KINDS:
        guarded(_PUT_BACK_ASSET, values | failure_values(claimed, error, AssetStatus.RETRYING))
    else:
        guarded(_PUT_BACK, values)


def switch_provider(claimed: Claimed, error: GenerationError, provider: str, queue: str, reason: str) -> Freed:
    """running -> due with the next provider of the chain (R36). The step is degraded from here on, and says why."""
    values = values_of(claimed, outcome="error", log="degraded", error=error, decision="next_provider")
    guarded(_PUT_BACK, values | _with_another(provider, queue, reason))
    return Freed(claimed.stage.value, queue, fallback=True)


def skip_provider(claimed: Claimed, provider: str, queue: str, reason: str) -> Freed:
    """The same without having asked the one whose turn it was: no attempt is spent (R10)."""
    values = values_of(claimed, outcome="cancelled", log="skipped", decision="skip")
    guarded(_PUT_BACK, values | _with_another(provider, queue, reason) | {"message": stored_text(reason[:2000])})
    return Freed(claimed.stage.value, queue, fallback=True)


def pass_on(claimed: Claimed, provider: str, queue: str, reason: str) -> Freed:
    """The same with no fault of anybody: the step stays as degraded as it was, and for the reason that it was (R14)."""
    values = values_of(claimed, outcome="cancelled", log="skipped", decision="skip")
    values |= _with_another(provider, queue, claimed.degraded) | {"message": stored_text(reason[:2000])}
    guarded(_PUT_BACK, values)
    return Freed(claimed.stage.value, queue, fallback=True)


def park(claimed: Claimed, until: datetime, reason: str, *, wants_slot: bool = False) -> None:
    """running -> sleeping until `until`, unspent: nobody can be asked before then, for the reason given (R10). With
    `wants_slot` the end of a call wakes it before then (`slots.py`); its run's time goes on, for that call may well be
    of the same render (`rescue.out_of_time` knows of it)."""
    told = stored_text(reason[:2000])
    values = values_of(claimed, outcome="cancelled", log="skipped", decision="wait") | _unchanged(claimed)
    values |= {"status": "sleeping", "wake_at": until, "new_attempt": max(claimed.attempt - 1, 0)}
    values |= {"message": told, "waits_for": told, "wants_slot": wants_slot}
    guarded(_PUT_BACK if wants_slot else _PARK, values)


def leave_pending(claimed: Claimed, job_id: str, check_at: datetime) -> None:
    """running -> sleeping while the provider works; its job id is stored before anybody polls it (I4)."""
    guarded(
        _LEAVE_PENDING,
        {"step": claimed.step_id, "claim": claimed.claim_no, "job_id": job_id, "wake_at": check_at},
    )


def hand_back(claimed: Claimed) -> Freed:
    """running -> due, unspent: the worker was told to stop (R45)."""
    if claimed.job_id:
        # The provider is at work: whoever comes next looks at that job, and the attempt goes on (I4).
        guarded(_HAND_BACK_PENDING, {"step": claimed.step_id, "claim": claimed.claim_no})
        return Freed(claimed.stage.value, claimed.queue)
    values = values_of(claimed, outcome="cancelled", log="skipped")
    before = {"status": "due", "wake_at": None, "new_attempt": max(claimed.attempt - 1, 0)}
    guarded(_PUT_BACK, values | _unchanged(claimed) | before)
    return Freed(claimed.stage.value, claimed.queue)


def renew(held: Sequence[tuple[int, int]], lease_seconds: float) -> set[int]:
    """Renew the leases of `(step id, claim_no)` pairs; the ids of those that are still theirs are answered."""
    if not held:
        return set()
    values = {
        "lease": lease_seconds,
        "steps": [step for step, _ in held],
        "claims": [claim for _, claim in held],
    }
    since = time.monotonic()
    rows = _RENEW.rows(values)
    if rows:
        clock.told(rows[0][1], since)
    return {step for step, _ in rows}


def _unchanged(claimed: Claimed) -> dict[str, Any]:
    return {
        "new_provider": claimed.provider,
        "new_queue": claimed.queue,
        "degraded": claimed.degraded,
        "job_id": "",
        "waits_for": "",
        "wants_slot": False,
    }


def _with_another(provider: str, queue: str, reason: str) -> dict[str, Any]:
    """Due with another provider, and degraded for the reason given."""
    return {
        "new_provider": provider,
        "new_queue": queue,
        "new_attempt": 0,
        "degraded": stored_text(reason),
        "job_id": "",
        "waits_for": "",
        "wants_slot": False,
        "status": "due",
        "wake_at": None,
    }
