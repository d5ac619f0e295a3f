"""What a segment shows: the model's data taken apart and rebuilt by kind; nothing of it is passed on unread (I9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renders.domain.job import AspectRatio
from renders.domain.script import SceneKind
from renders.providers.openai_chat.schema import SHOWN
from renders.providers.openai_chat.texts import shown
from renders.scripting import fits
from renders.text.clauses import short_forms
from renders.text.sentences import split

_LABEL, _POINT, _QUOTE, _VALUE = 48, 96, 220, 14
"""Characters."""
_FEWEST, _MOST = {SceneKind.BAR_CHART: 2, SceneKind.LINE_CHART: 3, SceneKind.TIMELINE: 2}, 6

Shown = tuple[SceneKind, dict[str, Any]]


def scene_of(asked: object, data: object, headline: str, narration: str, aspect: AspectRatio, language: str) -> Shown:
    """The scene that was asked for, where its data is there and can be laid out; else points; else the headline."""
    given = data if isinstance(data, Mapping) else {}
    common = {"headline": headline, "source": _text(given.get("source"), 60), "kicker": _text(given.get("kicker"), 60)}
    points = _points(given.get("points")) or _points_of(narration, headline, language)
    offers: list[Shown] = []
    if asked in SHOWN and asked != SceneKind.BULLETS:
        kind = SceneKind(str(asked))
        rebuilt = _rebuilt(kind, given)
        if rebuilt is not None:
            offers.append((kind, {**common, **rebuilt}))
    offers += [(SceneKind.BULLETS, {**common, "points": points[:count]}) for count in range(len(points), 0, -1)]
    for kind, content in offers:
        if fits(kind, content, aspect, language):
            return kind, content
    return SceneKind.TITLE_CARD, {**common, "footer": common["source"]}


def _rebuilt(kind: SceneKind, data: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fields of the kind; None where they do not hold what it needs."""
    match kind:
        case SceneKind.FIGURE:
            made = {"value": _text(data.get("value"), _VALUE), "unit": _text(data.get("unit"), 24)}
            return {**made, "label": _text(data.get("label"), _POINT)} if _has_digit(made["value"]) else None
        case SceneKind.QUOTE:
            quote = _text(data.get("quote"), _QUOTE)
            return {"quote": quote, "speaker": _text(data.get("speaker"), _LABEL)} if quote else None
        case SceneKind.BAR_CHART | SceneKind.LINE_CHART:
            rows = [
                {"label": _text(row.get("label"), _LABEL), "value": _text(row.get("value"), _VALUE)}
                for row in _rows(data.get("series"))
            ]
            sound = all(row["label"] and _has_digit(row["value"]) for row in rows)
            return {"unit": _text(data.get("unit"), 24), "series": rows} if sound and _enough(kind, rows) else None
        case SceneKind.TIMELINE:
            rows = [
                {"when": _text(row.get("when"), 24), "what": _text(row.get("what"), _POINT)}
                for row in _rows(data.get("events"))
            ]
            return {"events": rows} if all(all(row.values()) for row in rows) and _enough(kind, rows) else None
        case SceneKind.COMPARISON:
            left, right = _side(data.get("left")), _side(data.get("right"))
            return {"left": left, "right": right} if left and right else None
        case SceneKind.MAP_PIN:
            return _pin(data)
    return None


def _pin(data: Mapping[str, Any]) -> dict[str, Any] | None:
    place, lat, lon = _text(data.get("place"), _LABEL), data.get("lat"), data.get("lon")
    if not place or not _is_within(lat, 90) or not _is_within(lon, 180):
        return None
    return {"place": place, "lat": lat, "lon": lon, "points": _points(data.get("points"))[:2]}


def _is_within(value: object, bound: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -bound <= value <= bound


def _side(side: object) -> dict[str, Any] | None:
    if not isinstance(side, Mapping):
        return None
    label, value = _text(side.get("label"), _LABEL), _text(side.get("value"), _VALUE)
    points = _points(side.get("points"))[:2]
    return {"label": label, "value": value, "points": points} if label and (value or points) else None


def _enough(kind: SceneKind, rows: list[dict[str, str]]) -> bool:
    return _FEWEST[kind] <= len(rows) <= _MOST


def _rows(rows: object) -> list[Mapping[str, Any]]:
    return [row for row in rows if isinstance(row, Mapping)][: _MOST + 1] if isinstance(rows, list) else []


def _points(points: object) -> list[str]:
    given = points if isinstance(points, list) else []
    return [text for text in (_text(point, _POINT) for point in given[:3]) if text]


def _points_of(narration: str, headline: str, language: str) -> list[str]:
    """The sentences that are said, as short as they can be made."""
    found = [next(iter(short_forms(sentence, language)), "") for sentence in split(narration, language)]
    return [text for text in (shown(point, _POINT) for point in found) if text and text != headline][:3]


def _text(value: object, longest: int) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value:g}" if isinstance(value, float) else str(value)
    return shown(value, longest) if isinstance(value, str) else ""


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)
