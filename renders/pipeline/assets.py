"""Assets as their steps leave them (R50): what was made, or why there is nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F

from renders.domain.errors import GenerationError
from renders.domain.stages import ASSET_KINDS
from renders.domain.states import AssetStatus
from renders.models import Asset
from renders.pipeline.transitions.claim import Claimed


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


def note_failure(claimed: Claimed, error: GenerationError, status: str) -> None:
    """What the editor is shown of an asset that was not made (R50, R56). Steps that make none have none."""
    if claimed.stage not in ASSET_KINDS:
        return
    told = {
        "code": error.code.value,
        "message": error.message,
        "provider_code": error.provider_code,
        "provider": error.provider,
        "retried_count": claimed.attempt,
    }
    _upsert(claimed, kind=ASSET_KINDS[claimed.stage], status=status, error=told)
    Asset.objects.filter(
        render_id=claimed.render_id, segment=claimed.segment, slot=claimed.stage.value
    ).update(retried_count=F("retried_count") + 1)


def _upsert(claimed: Claimed, **values: Any) -> None:
    segment = claimed.payload.get("segment")
    prompt = str(segment.get("image_prompt", "")) if isinstance(segment, dict) else ""
    prompt = prompt or str(claimed.payload.get("text", ""))
    Asset.objects.update_or_create(
        render_id=claimed.render_id,
        segment=claimed.segment,
        slot=claimed.stage.value,
        defaults={"run": claimed.run, "provider": claimed.provider, "prompt": prompt, **values},
    )
