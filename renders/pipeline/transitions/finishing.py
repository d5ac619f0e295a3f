"""A step is finished by the worker that claimed it: one statement stores its result (I3), counts down the step that
waits for it, and lets the worker go on with that one where it may. A stale claim changes nothing, and is told so."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from renders.domain.errors import GenerationError
from renders.domain.stages import ASSET_KINDS, NEXT, Stage
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
from renders.pipeline.transitions.claim import Claimed, begin_of, payload_of
from renders.pipeline.transitions.fence import LOG_STEP, MINE, SETTLE_ATTEMPT, guarded, of_status, values_of
from renders.pipeline.transitions.prepared import Prepared
from renders.pipeline.transitions.steps import Freed
from renders.pipeline.transitions.stored import stored_json, stored_text


@dataclass(frozen=True)
class Taking:
    """Leave to go on in place: with what, as whom, and until when (by the monotonic clock)."""

    queue: str
    worker: str
    lease: float
    until: float


@dataclass(frozen=True)
class Settled:
    """What came of a finished step."""

    freed: list[Freed] = field(default_factory=list)
    """Steps that became due: for others, whose bell is to be rung."""
    taken: Claimed | None = None
    """The one that this worker goes on with; it is claimed."""
    was_due: bool = False
    """Whether others may have heard of the taken one: it was due before."""


_LEAVE = """leave AS MATERIALIZED (
    SELECT %(take)s AND NOT EXISTS (
        SELECT 1 FROM renders_step u
         WHERE u.status = 'due' AND u.queue = %(take_queue)s AND u.rank < %(rank)s) AS given
)"""
# Only where nothing more urgent waits (R44). Looked at once, for it is asked for in many places.
_DUE = "n.waits - 1 + %(added)s = 0"
_TAKEN = f"({_DUE} AND l.given AND n.queue = %(take_queue)s)"
_ROW = """{of}id, {of}render_id, {of}run, {of}stage, {of}segment, {of}payload, {of}status, {of}claim_no, {of}queue,
           {of}provider, {of}attempt, {of}losses, {of}job_id, {of}degraded, {of}worker"""
# What is told of a step to whoever goes on with it.
_FREE = f"""
    UPDATE renders_step n
       SET waits = n.waits - 1 + %(added)s,
           status = CASE WHEN {_TAKEN} THEN 'running' WHEN {_DUE} THEN 'due' ELSE n.status END,
           claim_no = n.claim_no + {_TAKEN}::int, attempt = n.attempt + {_TAKEN}::int,
           due_since = CASE WHEN {_DUE} THEN clock_timestamp() ELSE n.due_since END,
           worker = CASE WHEN {_TAKEN} THEN %(worker)s ELSE n.worker END,
           lease_until = CASE WHEN {_TAKEN} THEN clock_timestamp() + %(lease)s * interval '1 second' END,
           started_at = CASE WHEN {_TAKEN} THEN clock_timestamp() ELSE n.started_at END
      FROM ended e CROSS JOIN leave l
     WHERE n.render_id = e.render_id AND n.run = e.run AND n.stage = %(next)s AND n.status = 'waiting'
    RETURNING {_ROW.format(of="n.")}
"""
# A step beside this one that nobody has taken yet (there is none where this finish freed the one behind them all). Only
# rows of the run are locked for it: another render's would be hidden for a moment from the worker that its
# bell has woken.
_BESIDE = f"""
    UPDATE renders_step b
       SET status = 'running', claim_no = b.claim_no + 1, attempt = b.attempt + 1, worker = %(worker)s, wake_at = NULL,
           lease_until = clock_timestamp() + %(lease)s * interval '1 second',
           started_at = COALESCE(b.started_at, clock_timestamp())
     WHERE b.id = (
           SELECT d.id FROM renders_step d JOIN ended e ON d.render_id = e.render_id AND d.run = e.run
            WHERE {of_status("d.status", "due")} AND d.job_id = '' AND d.queue = %(take_queue)s
               AND (SELECT given FROM leave)
            ORDER BY d.position LIMIT 1 FOR UPDATE OF d SKIP LOCKED)
    RETURNING {_ROW.format(of="b.")}
"""
# The figures come from the row itself: of two finishes at once the second one waits and sees what the first has left.
_SETTLE = f"""
WITH ended AS (
    UPDATE renders_step s
       SET status = %(status)s, result = %(result)s, degraded = %(degraded)s, ended_at = clock_timestamp(),
           lease_until = NULL, job_id = '', losses = 0
     WHERE {MINE}
    RETURNING s.id, s.render_id, s.run, s.stage, s.segment, s.rank
), settled AS ({SETTLE_ATTEMPT}), logged AS ({LOG_STEP}), {{more}}
SELECT f.stage, f.queue, f.status, f.id, f.claim_no, f.segment, f.payload, f.provider, f.attempt, f.losses, f.degraded
  FROM ended LEFT JOIN {{following}} f ON TRUE
"""
_NOTHING = "(SELECT * FROM renders_step WHERE FALSE)"
_FREED = "(SELECT * FROM freed WHERE status <> 'running' UNION ALL SELECT * FROM taken)"
_GO_ON = f"taken AS (SELECT * FROM freed WHERE status = 'running'), {begin_of('taken')}"
# It is one step at most, which PostgreSQL has to be told: it would prepare for two by reading all renders.
_GO_ON_BESIDE = f"""beside AS ({_BESIDE}),
taken AS (SELECT * FROM freed WHERE status = 'running' UNION ALL SELECT * FROM beside LIMIT 1),
{begin_of("taken")}"""
_ADDED = ADD_STEPS.format(
    render="e.render_id",
    run="e.run",
    rank="e.rank",  # it may have changed since the claim
    source="ended e CROSS JOIN leave l CROSS JOIN",
    takes="p.takes AND l.given AND p.queue = %(take_queue)s",
)
_GO_ON_ADDED = f"taken AS (SELECT * FROM added WHERE status = 'running'), {begin_of('taken')}"
_COMPLETE = f"""
completed AS (
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
     WHERE r.id = e.render_id AND r.run = e.run AND {of_status("r.status", "processing")}
    RETURNING r.id, r.run
), told AS (
    INSERT INTO renders_renderevent (render_id, run, kind, stage, segment, data, created_at)
    SELECT id, run, 'render.completed', '', '', %(event)s, clock_timestamp() FROM completed
)
"""
_STEP = Prepared("settle_step", _SETTLE.format(more=f"{_LEAVE}, freed AS ({_FREE}), {_GO_ON}", following="freed"))
_ASSET = Prepared(
    "settle_asset",
    _SETTLE.format(more=f"kept AS ({STORE_ASSET}), {_LEAVE}, freed AS ({_FREE}), {_GO_ON_BESIDE}", following=_FREED),
)
_SCRIPT = Prepared(
    "settle_script",
    _SETTLE.format(
        more=f"{_LEAVE}, freed AS ({_FREE}), added AS ({_ADDED} RETURNING {_ROW.format(of='')}), {_GO_ON_ADDED}",
        following="taken",
    ),
)
_LAST_STEP = Prepared("settle_last_step", _SETTLE.format(more=_COMPLETE, following=_NOTHING))


@dataclass(frozen=True)
class Published:
    """What a render shows once its last step is done."""

    video_url: str
    thumbnail_url: str
    captions_url: str
    duration: float


def finish(
    claimed: Claimed,
    result: Mapping[str, Any],
    *,
    degraded: str = "",
    added: int = 0,
    taking: Taking | None = None,
) -> Settled:
    """running -> done, with the result, in one statement (I3).

    `added`: for how many steps more the next one has to wait from now on (the decision that a held render waits for).
    `taking`: with leave the step that this frees goes waiting -> running, this worker's. Raises `StaleClaim`, as all
    moves of this module do.
    """
    return _settled(_STEP, claimed, _done(claimed, result, degraded, taking) | {"added": added})


def finish_asset(
    claimed: Claimed, result: Mapping[str, Any], *, degraded: str = "", taking: Taking | None = None
) -> Settled:
    """`finish` for a step that made an asset: the asset is stored with it (R50)."""
    return _settled(_ASSET, claimed, _done(claimed, result, degraded, taking) | generated_values(claimed, result))


def finish_script(
    claimed: Claimed,
    result: Mapping[str, Any],
    planned: Sequence[Planned],
    queue_of: QueueOf,
    *,
    added: int | None = None,
    degraded: str = "",
    taking: Taking | None = None,
) -> Settled:
    """`finish` for the script: the steps that it asks for come between it and the next one, which waits for them: for
    all, or for so many of them as `added` says."""
    values = _done(claimed, result, degraded, taking) | {"added": len(planned) if added is None else added}
    values |= planned_values(planned, claimed.rank, queue_of, takes=taking.queue if taking else "")
    settled = _settled(_SCRIPT, replace(claimed, made=(), planned=len(planned)), values)
    return replace(settled, freed=due_of(planned, queue_of, less=settled.taken))


def finish_last(claimed: Claimed, result: Mapping[str, Any], published: Published, *, degraded: str = "") -> Settled:
    """`finish` for the last step, which completes the render as well."""
    event = {"video_url": published.video_url, "duration": published.duration}
    values = _done(claimed, result, degraded, None) | asdict(published) | {"event": stored_json(event)}
    return _settled(_LAST_STEP, claimed, values)


def give_placeholder(claimed: Claimed, error: GenerationError, told: AssetStatus) -> list[Freed]:
    """running -> placeholder: the asset could not be made, and the run goes on without it (R52)."""
    values = values_of(claimed, outcome="error", log="failed", error=error, decision="placeholder")
    values |= _leave(claimed, None) | failure_values(claimed, error, told)
    values |= {
        "status": "placeholder",
        "result": stored_json({"error": error.to_json()}),
        "degraded": stored_text(f"placeholder: {error.message}"[:1000]),
    }
    return _settled(_ASSET, claimed, values).freed


def due_of(planned: Sequence[Planned], queue_of: QueueOf, less: Claimed | None = None) -> list[Freed]:
    """The planned steps that are due at once, but for one that is in hand."""
    due = [step for step in planned if step.status is StepStatus.DUE]
    others = (step for step in due if less is None or (step.stage, step.segment) != (less.stage, less.segment))
    return [Freed(step.stage.value, queue_of(step.provider)) for step in others]


def _done(claimed: Claimed, result: Mapping[str, Any], degraded: str, taking: Taking | None) -> dict[str, Any]:
    return (
        values_of(claimed, outcome="ok", log="completed")
        | _leave(claimed, taking)
        | {"status": "done", "result": stored_json(result), "degraded": stored_text(degraded)}
    )


def _leave(claimed: Claimed, taking: Taking | None) -> dict[str, Any]:
    return {
        "next": NEXT[claimed.stage],
        "added": 0,
        "rank": claimed.rank,
        "take": taking is not None and time.monotonic() < taking.until,
        "take_queue": taking.queue if taking else "",
        "worker": taking.worker if taking else "",
        "lease": taking.lease if taking else 0.0,
    }


def _settled(statement: Prepared, claimed: Claimed, values: Mapping[str, Any]) -> Settled:
    freed: list[Freed] = []
    taken: Claimed | None = None
    rows = guarded(statement, values)
    for stage, queue, status, step, claim_no, segment, payload, provider, attempt, losses, earlier in rows:
        if status == StepStatus.DUE:
            freed.append(Freed(stage, queue))
        elif status == StepStatus.RUNNING:
            taken = replace(
                claimed,
                step_id=step,
                claim_no=claim_no,
                stage=Stage(stage),
                segment=segment,
                payload=payload_of(payload),
                queue=queue,
                provider=provider,
                attempt=attempt,
                losses=losses,
                job_id="",
                degraded=earlier,
                at_work=0.0,
                made=(*claimed.made, (claimed.stage.value, claimed.segment, values["status"], values["result"])),
            )
    was_due = taken is not None and claimed.stage in ASSET_KINDS and taken.stage in ASSET_KINDS
    return Settled(freed, taken, was_due)
