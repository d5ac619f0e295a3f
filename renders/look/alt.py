"""What a picture shows, in words, for those who do not see it."""

from __future__ import annotations

from renders.domain.script import SceneKind
from renders.look.content import Content, Side

_ENDS = (".", "!", "?", "।", "…", ":", "”", "»")


def describe(scene: SceneKind, content: Content) -> str:
    """The headline, then what the scene holds (labels with their values), then its source."""
    parts = [content.text("kicker", 60), content.text("headline"), *_body(scene, content), content.text("source", 60)]
    return " ".join(part if part.endswith(_ENDS) else f"{part}." for part in parts if part)


def _body(scene: SceneKind, content: Content) -> list[str]:
    match scene:
        case SceneKind.TITLE_CARD:
            return [content.text("footer", 80)]
        case SceneKind.FIGURE:
            return [_joined(" ", content.text("value", 16), content.text("unit", 40)), content.text("label")]
        case SceneKind.QUOTE:
            return [content.text("quote", 320), content.text("speaker", 80)]
        case SceneKind.BAR_CHART | SceneKind.LINE_CHART:
            amounts = [_joined(" ", amount.label, amount.shown) for amount in content.amounts()]
            return [_joined(": ", content.text("unit", 60), ", ".join(amounts))]
        case SceneKind.TIMELINE:
            return [_joined(": ", *event) for event in content.events()]
        case SceneKind.COMPARISON:
            return [_side(side) for side in (content.side("left"), content.side("right")) if side]
        case SceneKind.MAP_PIN:
            return [content.text("place", 80), *content.texts("points", 3)]
    return content.texts("points", 3)


def _side(side: Side) -> str:
    return _joined("; ", _joined(": ", side.label, side.value), *side.points)


def _joined(between: str, *parts: str) -> str:
    return between.join(part for part in parts if part)
