"""The payload of a visual (contract of the stage `manim`), read with care, and laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from renders.domain.script import SceneKind
from renders.look.compose import compose
from renders.look.frame import Frame
from renders.look.layout import Layout
from renders.look.theme import THEMES, Theme

_SIDES = range(240, 4097)
"""Widths and heights that are drawn, px: a wrong number must not ask for gigabytes."""


@dataclass(frozen=True)
class Order:
    """One segment to be shown, and in which frame."""

    segment: Mapping[str, Any]
    frame: Frame
    theme: Theme
    language: str
    index: int
    count: int

    @property
    def narration(self) -> str:
        return _text(self.segment.get("narration"))

    def lay_out(self) -> Layout:
        """The segment's scene as a layout. Raises `NotEnough` where it holds no text that can be drawn."""
        data = self.segment.get("data")
        return compose(
            _scene_of(self.segment.get("scene")),
            data if isinstance(data, Mapping) else {},
            self.frame,
            self.theme,
            language=self.language,
            headline=_text(self.segment.get("headline")),
            name=_text(self.segment.get("id")),
            index=self.index,
            count=self.count,
        )


def read_order(payload: Mapping[str, Any]) -> tuple[Order | None, dict[str, str]]:
    """The order, or what is wrong with it, field by field. Raises nothing, whatever the payload holds."""
    problems: dict[str, str] = {}
    segment = payload.get("segment")
    if not isinstance(segment, Mapping):
        problems["segment"] = "is not a segment of a script."
    for side in ("width", "height"):
        value = payload.get(side)
        if isinstance(value, bool) or not isinstance(value, int) or value not in _SIDES:
            problems[side] = f"must be a whole number of pixels from {_SIDES.start} to {_SIDES.stop - 1}."
    theme = payload.get("theme", "ink")
    if not isinstance(theme, str) or theme not in THEMES:
        problems["theme"] = f"must be one of {', '.join(THEMES)}."
    if problems or not isinstance(segment, Mapping):
        return None, problems
    language, index, count = payload.get("language"), payload.get("index"), payload.get("count")
    frame = Frame(payload["width"], payload["height"])
    # The progress line is an ornament: without a sensible place in the row there is none.
    placed = isinstance(index, int) and isinstance(count, int)
    order = Order(segment, frame, THEMES[theme], _text(language)[:2] or "en", *((index, count) if placed else (0, 1)))
    return order, problems


def _scene_of(name: object) -> SceneKind:
    """A kind of scene that we do not know is shown as points."""
    try:
        return SceneKind(str(name))
    except ValueError:
        return SceneKind.BULLETS


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
