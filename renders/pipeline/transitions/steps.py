"""Moves of a step by the worker that claimed it. A stale claim changes nothing and is told so (I2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from renders.domain.errors import GenerationError
from renders.domain.stages import ASSET_KINDS, NEXT
from renders.domain.states import AssetStatus, StepStatus
from renders.pipeline.graph import Planned
from renders.pipeline.transitions.added import (
    ADD_STEPS,
    STORE_ASSET,
    QueueOf,
    failure_values,
    generated_values,
    planned_values,
)
from renders.pipeline.transitions.claim import Claimed
from renders.pipeline.transitions.fence import LOG_STEP, MINE, SETTLE_ATTEMPT, guarded, values_of
from renders.pipeline.transitions.prepared import Prepared
from renders.pipeline.transitions.stored import stored_json, stored_text


@dataclass(frozen=True)
class Freed:
    """A step that became due: its stage's bell is to be rung."""

    stage: str
    queue: str
    fallback: bool = False
    """Whether it is due with another provider than before."""


_FREE = """
    UPDATE renders_step n
       SET waits = n.waits - 1 + %(added)s,
           status = CASE WHEN n.waits - 1 + %(added)s = 0 THEN 'due' ELSE n.status END,
           due_since = CASE WHEN n.waits - 1 + %(added)s = 0 THEN clock_timestamp() ELSE n.due_since END
      FROM ended e
     WHERE n.render_id = e.render_id AND n.run = e.run AND n.stage = %(next)s AND n.status = 'waiting'
    RETURNING n.stage, n.queue, n.status
"""
_SETTLE = f"""
WITH ended AS (
    UPDATE renders_step s
       SET status = %(status)s, result = %(result)s, degraded = %(degraded)s, ended_at = clock_timestamp(),
           lease_until = NULL, job_id = '', losses = 0
     WHERE {MINE}
    RETURNING s.id, s.render_id, s.run, s.stage, s.segment
), settled AS ({SETTLE_ATTEMPT}), logged AS ({LOG_STEP}), freed AS ({_FREE}) {{more}}
SELECT f.stage, f.queue, f.status FROM ended LEFT JOIN freed f ON TRUE
"""
_COMPLETE = """
, completed AS (
    UPDATE renders_render r
       SET status = 'completed', stage = '', completed_at = clock_timestamp(), final = FALSE, wake_at = NULL,
           error_code = '', error_message = '', error_remedy = '',
           video_url = %(video_url)s, thumbnail_url = %(thumbnail_url)s, captions_url = %(captions_url)s,
           duration = %(duration)s,
           processing_ms = (1000 * extract(epoch FROM clock_timestamp() - r.started_at))::bigint,
           degraded = COALESCE((
               SELECT jsonb_agg(jsonb_build_object('stage', d.stage, 'segment', d.segment, 'provider', d.provider,
                                                   'reason', d.degraded) ORDER BY d.position)
                 FROM renders_step d
                WHERE d.render_id = r.id AND d.run = r.run AND d.degraded <> ''), '[]')
      FROM ended e
     WHERE r.id = e.render_id AND r.run = e.run AND r.status = 'processing'
    RETURNING r.id, r.run
), told AS (
    INSERT INTO renders_renderevent (render_id, run, kind, stage, segment, data, created_at)
    SELECT id, run, 'render.completed', '', '', %(event)s, clock_timestamp() FROM completed
)
"""
_SETTLE_STEP = Prepared("settle_step", _SETTLE.format(more=""))
_SETTLE_ASSET = Prepared("settle_asset", _SETTLE.format(more=f", kept AS ({STORE_ASSET})"))
_ADDED = ADD_STEPS.format(render="e.render_id", run="e.run", source="ended e CROSS JOIN")
_SETTLE_SCRIPT = Prepared("settle_script", _SETTLE.format(more=f", added AS ({_ADDED})"))
_SETTLE_LAST_STEP = Prepared("settle_last_step", _SETTLE.format(more=_COMPLETE))

_PUT_BACK_IT = f"""
WITH ended AS (
    UPDATE renders_step s
       SET status = %(status)s, wake_at = %(wake_at)s, provider = %(new_provider)s, queue = %(new_queue)s,
           attempt = %(new_attempt)s, job_id = %(job_id)s, degraded = %(degraded)s, losses = 0, lease_until = NULL,
           due_since = CASE WHEN %(status)s = 'due' THEN clock_timestamp() ELSE s.due_since END
     WHERE {MINE}
    RETURNING s.id, s.render_id, s.run, s.stage, s.segment
), settled AS ({SETTLE_ATTEMPT}), logged AS ({LOG_STEP}) {{more}}
SELECT 1 FROM ended
"""
_PUT_BACK = Prepared("put_back", _PUT_BACK_IT.format(more=""))
_PUT_BACK_ASSET = Prepared("put_back_asset", _PUT_BACK_IT.format(more=f", told AS ({STORE_ASSET})"))
_LEAVE_PENDING = Prepared(
    "leave_pending",
    f"""
WITH ended AS (
    UPDATE renders_step s
       SET status = 'sleeping', job_id = %(job_id)s, losses = 0, lease_until = NULL,
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
RETURNING s.id
""",
)


@dataclass(frozen=True)
class Published:
    """What a render shows once its last step is done."""

    video_url: str
    thumbnail_url: str
    captions_url: str
    duration: float


def finish(claimed: Claimed, result: Mapping[str, Any], *, degraded: str = "", added: int = 0) -> list[Freed]:
    """running -> done, with the result, in one statement (I3); the steps that this frees are answered.

    `added`: for how many steps more the next one has to wait from now on (the decision that a held render waits for).
    Raises `StaleClaim`, as all moves of this module do.
    """
    return _freed(_SETTLE_STEP, _done(claimed, result, degraded) | {"added": added})


def finish_asset(claimed: Claimed, result: Mapping[str, Any], *, degraded: str = "") -> list[Freed]:
    """`finish` for a step that made an asset: the asset is stored with it (R50)."""
    return _freed(_SETTLE_ASSET, _done(claimed, result, degraded) | generated_values(claimed, result))


def finish_script(
    claimed: Claimed,
    result: Mapping[str, Any],
    planned: Sequence[Planned],
    queue_of: QueueOf,
    *,
    degraded: str = "",
) -> list[Freed]:
    """`finish` for the script: the steps that it asks for come between it and the next one, which waits for them."""
    values = _done(claimed, result, degraded) | planned_values(planned, claimed.rank, queue_of)
    freed = _freed(_SETTLE_SCRIPT, values | {"added": len(planned)})
    return freed + due_of(planned, queue_of)


def finish_last(
    claimed: Claimed, result: Mapping[str, Any], published: Published, *, degraded: str = ""
) -> list[Freed]:
    """`finish` for the last step, which completes the render as well."""
    event = {"video_url": published.video_url, "duration": published.duration}
    values = _done(claimed, result, degraded) | asdict(published) | {"event": stored_json(event)}
    return _freed(_SETTLE_LAST_STEP, values)


def due_of(planned: Sequence[Planned], queue_of: QueueOf) -> list[Freed]:
    """The planned steps that are due at once."""
    due = (step for step in planned if step.status is StepStatus.DUE)
    return [Freed(step.stage.value, queue_of(step.provider)) for step in due]


def give_placeholder(claimed: Claimed, error: GenerationError, told: AssetStatus) -> list[Freed]:
    """running -> placeholder: the asset could not be made, and the run goes on without it (R52)."""
    values = values_of(claimed, outcome="error", log="failed", error=error, decision="placeholder")
    settled = {
        "status": "placeholder",
        "result": stored_json({"error": error.to_json()}),
        "degraded": stored_text(f"placeholder: {error.message}"[:1000]),
        "next": NEXT[claimed.stage],
        "added": 0,
    }
    return _freed(_SETTLE_ASSET, values | settled | failure_values(claimed, error, told))


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
    changed = {"new_provider": provider, "new_queue": queue, "new_attempt": 0, "job_id": ""}
    changed["degraded"] = stored_text(reason)
    guarded(_PUT_BACK, values | changed | {"status": "due", "wake_at": None})
    return Freed(claimed.stage.value, queue, fallback=True)


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
    return {row[0] for row in _RENEW.rows(values)}


def _unchanged(claimed: Claimed) -> dict[str, Any]:
    return {
        "new_provider": claimed.provider,
        "new_queue": claimed.queue,
        "degraded": claimed.degraded,
        "job_id": "",
    }


def _done(claimed: Claimed, result: Mapping[str, Any], degraded: str) -> dict[str, Any]:
    return values_of(claimed, outcome="ok", log="completed") | {
        "status": "done",
        "result": stored_json(result),
        "degraded": stored_text(degraded),
        "next": NEXT[claimed.stage],
        "added": 0,
    }


def _freed(statement: Prepared, values: Mapping[str, Any]) -> list[Freed]:
    return [Freed(stage, queue) for stage, queue, status in guarded(statement, values) if status == "due"]
