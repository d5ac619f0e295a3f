"""The segments of a render with what was made for each: picture, voice, text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from renders.domain.script import Script
from renders.domain.stages import Stage
from renders.models import Asset, Step


@dataclass(frozen=True)
class Scene:
    number: int
    segment: str
    headline: str
    narration: str
    visual: Asset | None
    voice: Asset | None


def scenes_of(steps: Sequence[Step], assets: Sequence[Asset]) -> tuple[list[Scene], Asset | None]:
    """The scenes in the script's order, and the music; empty before there is a script. `steps` carry `script`: the
    result of `script_gen`."""
    by_slot = {(asset.slot, asset.segment): asset for asset in assets}
    music = by_slot.get((Stage.MUSIC.value, ""))
    script = _script(steps)
    if script is None or not assets:
        return [], music
    return [
        Scene(
            number=number,
            segment=segment.id,
            headline=segment.headline,
            narration=segment.narration,
            visual=by_slot.get((Stage.MANIM.value, segment.id)),
            voice=by_slot.get((Stage.TTS.value, segment.id)),
        )
        for number, segment in enumerate(script.segments, start=1)
    ], music


def _script(steps: Sequence[Step]) -> Script | None:
    result = next((getattr(step, "script", None) for step in steps if step.stage == Stage.SCRIPT_GEN), None)
    if not isinstance(result, dict) or "script" not in result:
        return None
    try:
        return Script.from_json(result["script"])
    except (KeyError, ValueError, TypeError):
        return None  # made by a provider of another version: the page shows the rest
