"""Assets as their steps leave them (R50): what was made, or why there is nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from renders.domain.errors import LONGEST_TEXT, GenerationError
from renders.domain.stages import ASSET_KINDS
from renders.domain.states import AssetStatus
from renders.pipeline.transitions.claim import Claimed
from renders.pipeline.transitions.stored import stored_json, stored_text


def store_generated(claimed: Claimed, result: Mapping[str, Any]) -> None:
    """The asset's good version. Inside the transaction that finishes its step (I3)."""
    files = list(result["files"].values())
    _upsert(
        claimed,
        kind=str(result.get("kind", ASSET_KINDS[claimed.stage])),
        status=AssetStatus.GENERATED.value,
        file=files[0] if files else "",
        duration=result.get("duration"),
        model=str(result.get("model") or result.get("voice") or ""),
        error=None,
    )


def note_failure(claimed: Claimed, error: GenerationError, status: AssetStatus) -> None:
    """What the editor is shown of an asset that was not made (R50, R56). Steps that make none have none."""
    if claimed.stage not in ASSET_KINDS:
        return
    told = {
        "code": error.code.value,
        "message": error.message[:LONGEST_TEXT],
        "provider_code": error.provider_code[:200],
        "provider": error.provider,
        "retried_count": claimed.attempt,
    }
    _upsert(claimed, kind=ASSET_KINDS[claimed.stage], status=status.value, error=stored_json(told), retried=1)


_UPSERT = """
INSERT INTO renders_asset AS a (render_id, segment, slot, kind, run, status, prompt, directions, model, provider, file,
                                duration, retried_count, error, updated_at)
VALUES (%(render)s, %(segment)s, %(slot)s, %(kind)s, %(run)s, %(status)s, %(prompt)s, '', %(model)s, %(provider)s,
        %(file)s, %(duration)s, %(retried)s, %(error)s, clock_timestamp())
    ON CONFLICT (render_id, segment, slot) DO UPDATE
   SET run = EXCLUDED.run, status = EXCLUDED.status, prompt = EXCLUDED.prompt, provider = EXCLUDED.provider,
       error = EXCLUDED.error, updated_at = EXCLUDED.updated_at,
       retried_count = a.retried_count + EXCLUDED.retried_count,
       kind = CASE WHEN EXCLUDED.file = '' THEN a.kind ELSE EXCLUDED.kind END,
       model = CASE WHEN EXCLUDED.file = '' THEN a.model ELSE EXCLUDED.model END,
       duration = CASE WHEN EXCLUDED.file = '' THEN a.duration ELSE EXCLUDED.duration END,
       file = COALESCE(NULLIF(EXCLUDED.file, ''), a.file)
"""
# A failure keeps the good version that there may be (R54): its file stays, its status and error are told.


def _upsert(claimed: Claimed, *, kind: str, status: str, error: str | None, retried: int = 0, **made: Any) -> None:
    segment = claimed.payload.get("segment")
    prompt = str(segment.get("image_prompt", "")) if isinstance(segment, dict) else ""
    values = {
        "render": claimed.render_id,
        "run": claimed.run,
        "segment": claimed.segment,
        "slot": claimed.stage.value,
        "provider": claimed.provider,
        "prompt": stored_text(prompt or str(claimed.payload.get("text", ""))),
        "kind": kind,
        "status": status,
        "error": error,
        "retried": retried,
        "file": made.get("file", ""),
        "duration": made.get("duration"),
        "model": stored_text(str(made.get("model", "")))[:100],
    }
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, values)
