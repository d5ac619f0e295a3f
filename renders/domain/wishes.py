"""Which segments of a script show generated pictures and clips (R13), where the operator says how many a video has.

Pictures and clips cost money: whoever wrote the script, no more of them are asked for than the setting allows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from renders.domain.script import LONGEST_PROMPT, Role, SceneKind, Script, Segment, Visual

KINDS: dict[Visual, str] = {Visual.GENERATED_CLIP: "clip", Visual.GENERATED_IMAGE: "image"}
"""Generated visuals, and what the setting calls them."""
_SUITS = (SceneKind.TITLE_CARD, SceneKind.BULLETS)
"""Scenes that a picture may stand in for, those that show least first: charts, figures, maps, dates and quotations say
something that no picture of the kind can."""
_SPOKEN = re.compile(r'["“”«»„]|\b(?:said|says|told|сказал|заявил)', re.IGNORECASE)
"""What a person said is no scene without people."""
PROMPT = "Photograph in natural light, calm composition, no people, no text, no lettering, no logos: "
"""What stands before the segment's own words."""


def settle(script: Script, wanted: Mapping[str, int] | None) -> Script:
    """The script with at most `wanted` generated pictures and clips (`{"image": 2, "clip": 1}`; None: as it is).

    A script that asks for none gets its prompts here: for the segments that suit, made from their own words.
    """
    if wanted is None:
        return script
    if any(segment.visual in KINDS for segment in script.segments):
        return _limited(script, wanted)
    return _marked(script, wanted)


def _limited(script: Script, wanted: Mapping[str, int]) -> Script:
    left = {visual: wanted.get(kind, 0) for visual, kind in KINDS.items()}
    segments = []
    for segment in script.segments:
        if segment.visual in KINDS:
            left[segment.visual] -= 1
            if left[segment.visual] < 0:
                segment = replace(segment, visual=Visual.SCENE)
        segments.append(segment)
    return replace(script, segments=tuple(segments))


def _marked(script: Script, wanted: Mapping[str, int]) -> Script:
    fit = sorted((segment for segment in script.segments if _suits(segment)), key=_worth)
    wishes: dict[str, Visual] = {}
    for visual, kind in KINDS.items():
        for segment in fit[len(wishes) :][: wanted.get(kind, 0)]:
            wishes[segment.id] = visual
    segments = (
        replace(segment, visual=wishes[segment.id], image_prompt=prompt_of(segment))
        if segment.id in wishes
        else segment
        for segment in script.segments
    )
    return replace(script, segments=tuple(segments))


def prompt_of(segment: Segment) -> str:
    """What a picture for the segment is to show, from its own words."""
    words = [part.strip().rstrip(".") for part in (segment.headline, segment.narration) if part.strip()]
    if len(words) == 2 and words[1].startswith(words[0]):
        words = words[1:]
    return f"{PROMPT}{'. '.join(words)}"[:LONGEST_PROMPT]


def _suits(segment: Segment) -> bool:
    plain = segment.role is Role.ITEM and segment.visual is Visual.SCENE and segment.scene in _SUITS
    return plain and not _SPOKEN.search(segment.narration)


def _worth(segment: Segment) -> tuple[int, int]:
    # What is longest on the screen gains most.
    return _SUITS.index(segment.scene), -len(segment.narration)
