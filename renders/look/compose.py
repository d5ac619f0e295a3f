"""From a segment to a layout: the composition of its kind, or of the next kind that its content is enough for."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from renders.domain.script import SceneKind
from renders.look.alt import describe
from renders.look.board import Board
from renders.look.content import Content, NotEnough, texts_of
from renders.look.frame import Frame
from renders.look.layout import Backdrop, Layout, Motif
from renders.look.scenes import charts, numbers, pin, timeline, words_only
from renders.look.theme import Theme

Composition = Callable[[Board, Content], None]

COMPOSITIONS: Mapping[SceneKind, Composition] = {
    SceneKind.TITLE_CARD: words_only.title_card,
    SceneKind.BULLETS: words_only.bullets,
    SceneKind.QUOTE: words_only.quote,
    SceneKind.CLOSING: words_only.closing,
    SceneKind.FIGURE: numbers.figure,
    SceneKind.COMPARISON: numbers.comparison,
    SceneKind.BAR_CHART: charts.bar_chart,
    SceneKind.LINE_CHART: charts.line_chart,
    SceneKind.TIMELINE: timeline.timeline,
    SceneKind.MAP_PIN: pin.map_pin,
}
_MOTIFS: Mapping[SceneKind, tuple[Motif, ...]] = {
    SceneKind.TITLE_CARD: (Motif.RINGS,),
    SceneKind.BULLETS: (Motif.RINGS, Motif.DOTS, Motif.WAVES),
    SceneKind.QUOTE: (Motif.RAYS, Motif.WAVES),
    SceneKind.CLOSING: (Motif.WAVES, Motif.RINGS),
    SceneKind.FIGURE: (Motif.RAYS, Motif.DOTS, Motif.RINGS),
}
"""Where a picture is drawn in front, the background stays plain."""

_SETTLE = 0.36
"""In tall frames, the share of the free room below that goes above: words at the very top are hard to watch."""


def compose(
    scene: SceneKind,
    data: Mapping[str, Any],
    frame: Frame,
    theme: Theme,
    *,
    language: str = "en",
    headline: str = "",
    name: str = "",
    index: int = 0,
    count: int = 1,
) -> Layout:
    """Lay out one scene; nothing is drawn yet.

    `data` has the form of its `SceneKind`; what is missing or malformed in it is left out, and a scene that then has
    too little is shown as points, or as its headline alone. `headline` stands in for one that `data` does not have.
    `name` (the segment's id) decides the background. `index` (from 0) of `count` segments is shown by the progress
    line. Raises `NotEnough` where there is no text at all that our fonts can draw.
    """
    content = Content({**data, "headline": data.get("headline") or headline}, language)
    if not content.text("headline"):
        content = Content({**data, "headline": headline}, language)
    plain = Content({**content.data, "points": _all_points(content)}, language)
    for kind, given in ((scene, content), (SceneKind.BULLETS, plain), (SceneKind.TITLE_CARD, plain)):
        board = Board(frame, theme, language)
        try:
            COMPOSITIONS[kind](board, given)
        except NotEnough:
            continue
        if frame.is_tall and kind is not SceneKind.TITLE_CARD:
            board.settle(_SETTLE)
        board.progress(index, count)
        return replace(board.finish(_backdrop(kind, name, frame), describe(kind, given)), scene=kind)
    raise NotEnough("There is no text that the fonts of this project can draw.")


def _all_points(content: Content) -> list[str]:
    """Whatever could stand as points where the scene that was wanted cannot be made."""
    data = content.data
    found = content.texts("points", 3) or texts_of(data.get("quote"), 1)
    found = found or [f"{amount.label}: {amount.shown}".strip(": ") for amount in content.amounts()]
    found = found or [" – ".join(part for part in event if part) for event in content.events()]
    sides = [side for side in (content.side("left"), content.side("right")) if side]
    found = found or [" ".join(part for part in (side.label, side.value) if part) for side in sides]
    value = " ".join(part for part in (content.text("value"), content.text("unit"), content.text("label")) if part)
    return (found or texts_of(value, 1) or texts_of(data.get("place"), 1))[:3]


def _backdrop(scene: SceneKind, name: str, frame: Frame) -> Backdrop:
    # CRC, for the same picture in every process: Python's own hash differs from run to run.
    seed = zlib.crc32(name.encode("utf-8", "replace"))
    motifs = _MOTIFS.get(scene, (Motif.PLAIN,))
    if frame.is_tall:
        # Rays need width: between the words of a narrow frame only splinters of them are left.
        motifs = tuple(motif for motif in motifs if motif is not Motif.RAYS)
    return Backdrop(motifs[seed % len(motifs)], seed, words_only.SUN[frame.shape])
