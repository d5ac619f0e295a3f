"""Rows that a move brings along in its own statement: planned steps, and the asset that a step made or did not make."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from renderhub.lib.queues import Queue
from renders.domain.errors import LONGEST_TEXT, GenerationError
from renders.domain.stages import ASSET_KINDS
from renders.domain.states import AssetStatus, StepStatus
from renders.pipeline.graph import Planned
from renders.pipeline.transitions.claim import Claimed
from renders.pipeline.transitions.stored import stored_json, stored_text

QueueOf = Callable[[str], str]
"""Answers the queue of a provider."""

ADD_STEPS = """
    INSERT INTO renders_step (render_id, run, stage, segment, position, payload, waits, queue, provider, losses, rank,
                              job_id, result, degraded, reused_from, due_since, status, claim_no, attempt, worker,
                              lease_until, started_at)
    SELECT {render}, {run}, p.stage, p.segment, p.position, p.payload, p.waits, p.queue, p.provider, 0, {rank},
           '', p.result, p.degraded, p.reused_from, CASE WHEN p.status = 'due' THEN clock_timestamp() END,
           CASE WHEN {takes} THEN 'running' ELSE p.status END, ({takes})::int, ({takes})::int,
           CASE WHEN {takes} THEN %(worker)s ELSE '' END,
           CASE WHEN {takes} THEN clock_timestamp() + %(lease)s * interval '1 second' END,
           CASE WHEN {takes} THEN clock_timestamp() END
      FROM {source} jsonb_to_recordset(%(planned)s) AS p(
           stage text, segment text, position int, payload jsonb, status text, waits int, queue text, provider text,
           result jsonb, degraded text, reused_from int, takes boolean)
"""
STORE_ASSET = """
    INSERT INTO renders_asset AS a (render_id, segment, slot, kind, run, status, prompt, directions, model, provider,
                                    file, duration, retried_count, error, updated_at)
    SELECT e.render_id, e.segment, e.stage, %(asset_kind)s, e.run, %(asset_status)s, %(prompt)s, '', %(model)s,
           %(provider)s, %(file)s, %(duration)s, %(retried)s, %(asset_error)s, clock_timestamp()
      FROM ended e
        ON CONFLICT (render_id, segment, slot) DO UPDATE
       SET run = EXCLUDED.run, status = EXCLUDED.status, prompt = EXCLUDED.prompt, provider = EXCLUDED.provider,
           error = EXCLUDED.error, updated_at = EXCLUDED.updated_at,
           retried_count = a.retried_count + EXCLUDED.retried_count,
           kind = CASE WHEN EXCLUDED.file = '' THEN a.kind ELSE EXCLUDED.kind END,
           model = CASE WHEN EXCLUDED.file = '' THEN COALESCE(NULLIF(a.model, ''), EXCLUDED.model)
                        ELSE EXCLUDED.model END,
           duration = CASE WHEN EXCLUDED.file = '' THEN a.duration ELSE EXCLUDED.duration END,
           file = COALESCE(NULLIF(EXCLUDED.file, ''), a.file)
"""
# A failure keeps the good version that there may be (R54): its file stays, its status and error are told.


def planned_values(planned: Sequence[Planned], rank: float, queue_of: QueueOf, *, takes: str = "") -> dict[str, Any]:
    """The parameters of `ADD_STEPS`. `takes`: the first due step of this queue may be taken by who adds them."""
    rows = [_row(step, queue_of) for step in planned]
    for row in rows:
        if row["status"] == StepStatus.DUE and row["queue"] == takes:
            row["takes"] = True
            break
    return {"planned": stored_json(rows), "rank": rank}


def generated_values(claimed: Claimed, result: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of `STORE_ASSET` for the asset's good version (R50)."""
    files = list(result["files"].values())
    return _asset_values(
        claimed,
        kind=str(result.get("kind", ASSET_KINDS[claimed.stage])),
        status=AssetStatus.GENERATED,
        file=files[0] if files else "",
        duration=result.get("duration"),
        model=stored_text(str(result.get("model") or result.get("voice") or ""))[:100],
        asked=str(result.get("prompt") or ""),
    )


def failure_values(claimed: Claimed, error: GenerationError, status: AssetStatus) -> dict[str, Any]:
    """The same for what the editor is shown of an asset that was not made (R50, R56)."""
    told = {
        "code": error.code.value,
        "message": error.message[:LONGEST_TEXT],
        "provider_code": error.provider_code[:200],
        "provider": error.provider,
        "retried_count": claimed.attempt,
    }
    kind = ASSET_KINDS[claimed.stage]
    model = stored_text(str(error.context.get("model") or ""))[:100]
    return _asset_values(claimed, kind=kind, status=status, asset_error=stored_json(told), retried=1, model=model)


def _asset_values(claimed: Claimed, *, kind: str, status: AssetStatus, asked: str = "", **known: Any) -> dict[str, Any]:
    """`asked`: the prompt as its provider had it, where it says so."""
    segment = claimed.payload.get("segment")
    prompt = asked or (str(segment.get("image_prompt", "")) if isinstance(segment, dict) else "")
    unknown = {"file": "", "duration": None, "model": "", "asset_error": None, "retried": 0}
    return unknown | {
        "asset_kind": kind,
        "asset_status": status.value,
        "prompt": stored_text(prompt or str(claimed.payload.get("text", ""))),
        **known,
    }


def _row(planned: Planned, queue_of: QueueOf) -> dict[str, Any]:
    kept = planned.kept
    return {
        "stage": planned.stage.value,
        "segment": planned.segment,
        "position": planned.position,
        "payload": dict(planned.payload),
        "status": planned.status.value,
        "waits": planned.waits,
        "provider": planned.provider,
        # A result that is kept may be of a provider that the settings no longer know.
        "queue": Queue.CPU.value if kept else queue_of(planned.provider),
        "result": dict(kept.result) if kept else None,
        "degraded": kept.degraded if kept else "",
        "reused_from": kept.run if kept else None,
        "takes": False,
    }
