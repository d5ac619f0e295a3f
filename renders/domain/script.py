"""The script: what is said and what is seen, segment by segment (R11).

A script starts with its hook and ends with its closing; both are segments, so that everything after
`script_gen` treats all segments alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    HOOK = "hook"
    ITEM = "item"
    CLOSING = "closing"


class SceneKind(StrEnum):
    """Kinds of scene; each has a composition of its own (R12). `data` of each kind:

    - `title_card`: `{headline, kicker, footer}`
    - `bullets`: `{headline, points: [str, at most 3], source, kicker}`
    - `figure`: `{headline, value: "2,525", unit: "km", label, source, kicker}`: one number that carries the item
    - `quote`: `{quote, speaker, source}`
    - `closing`: `{headline, points: [str, at most 3]}`
    - `bar_chart`, `line_chart`: `{headline, unit, series: [{label, value}], source}`
    - `timeline`: `{headline, events: [{when, what}], source}`
    - `comparison`: `{headline, left: {label, value, points}, right: {...}, source}`
    - `map_pin`: `{headline, place, lat, lon, points, source}`
    """

    TITLE_CARD = "title_card"
    BULLETS = "bullets"
    FIGURE = "figure"
    QUOTE = "quote"
    CLOSING = "closing"
    BAR_CHART = "bar_chart"
    LINE_CHART = "line_chart"
    TIMELINE = "timeline"
    COMPARISON = "comparison"
    MAP_PIN = "map_pin"


class Visual(StrEnum):
    """What a segment's picture is made from."""

    SCENE = "scene"
    """One of ours, from the segment's data."""
    SOURCE = "source"
    """The image or video that came with the job (R7), with the segment's headline; `scene` stands in where it fails."""
    GENERATED_IMAGE = "generated_image"
    """A picture made by a prediction service from `image_prompt` (R13); `scene` stands in where it fails."""
    GENERATED_CLIP = "generated_clip"
    """The same, moving: a few seconds, held on the last frame where the voice takes longer."""


LONGEST_PROMPT = 1_000
"""Characters of an image prompt."""


@dataclass(frozen=True)
class Segment:
    id: str
    """Stable within the render (`s1`, `s2`, ...): segments may be reordered without losing their assets."""
    role: Role
    narration: str
    """What is said, as plain text for people; reading aids (numbers, units) are the voice's matter."""
    headline: str
    """On-screen text in short; at most about 12 words."""
    scene: SceneKind
    data: Mapping[str, Any] = field(default_factory=dict)
    """What the scene shows, in the form of its `SceneKind`. Text in it is data (I9)."""
    image_prompt: str = ""
    """What a generated image or clip shows, for `visual` generated_image or generated_clip: in English, one scene
    without people's names and without words to be written in it; at most `LONGEST_PROMPT` characters. `scene` and
    `data` are filled in all the same: they are what is shown where the picture cannot be had. Made from headline and
    narration where it is empty."""
    visual: Visual = Visual.SCENE
    offset: float = 0.0
    """Seconds into the source video at which this segment's footage begins; 0 for all else."""
    seconds: float = 0.0
    """How long the segment is expected to be seen, air included; 0 where nobody has estimated it."""

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "role": self.role.value,
            "narration": self.narration,
            "headline": self.headline,
            "scene": self.scene.value,
            "data": dict(self.data),
            "image_prompt": self.image_prompt,
            "visual": self.visual.value,
            "offset": self.offset,
            "seconds": self.seconds,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Segment:
        """Raises KeyError or ValueError where the form is not ours."""
        return cls(
            id=str(data["id"]),
            role=Role(data["role"]),
            narration=str(data["narration"]),
            headline=str(data["headline"]),
            scene=SceneKind(data["scene"]),
            data=dict(data.get("data", {})),
            image_prompt=str(data.get("image_prompt", "")),
            visual=Visual(data.get("visual", Visual.SCENE)),
            offset=float(data.get("offset", 0.0)),
            seconds=float(data.get("seconds", 0.0)),
        )


@dataclass(frozen=True)
class Script:
    title: str
    language: str
    segments: tuple[Segment, ...]

    @property
    def hook(self) -> str:
        return " ".join(s.narration for s in self.segments if s.role is Role.HOOK)

    @property
    def closing(self) -> str:
        return " ".join(s.narration for s in self.segments if s.role is Role.CLOSING)

    def segment(self, segment_id: str) -> Segment:
        return next(s for s in self.segments if s.id == segment_id)

    def to_json(self) -> dict[str, Any]:
        return {"title": self.title, "language": self.language, "segments": [s.to_json() for s in self.segments]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Script:
        return cls(
            title=str(data["title"]),
            language=str(data["language"]),
            segments=tuple(Segment.from_json(s) for s in data["segments"]),
        )
