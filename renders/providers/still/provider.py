"""The provider `still` of the stage `manim`: one PNG a segment, drawn in this process in a fraction of a second."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.script import SceneKind
from renders.look import THEMES, Frame, NotEnough, Theme, compose, draw
from renders.providers.base import Immediate, Request

_SIDES = range(240, 4097)
"""Widths and heights that are drawn, px: a wrong number must not ask for gigabytes."""
_LONGEST_ALT = 1_000
_STACK = 500


@dataclass(frozen=True)
class _Order:
    segment: Mapping[str, Any]
    frame: Frame
    theme: Theme
    language: str
    index: int
    count: int


class Still(Immediate):
    """Draws a segment's scene as a picture (R12: the fallback of animated scenes).

    Payload: the contract of `stages/manim.py`. Data that does not fit its kind of scene is shown as far as it goes,
    down to the headline alone; `INVALID_INPUT` names each field only where nothing can be drawn. Answers
    `{kind: "image", alt, notes}`; `notes` says what had to be shortened or left out.
    """

    name = "still"

    def submit(self, request: Request, key: str) -> Outcome:
        if request.cancelled.is_set():
            return self._failed(ErrorCode.UNKNOWN, "Cancelled before it was drawn.", {})
        try:
            return self._draw(request)
        except NotEnough as error:
            return self._refused({"segment.headline": str(error)}, request)
        except MemoryError:
            remedy = "Out of memory while drawing. Use a smaller picture or a bigger worker."
            return self._failed(ErrorCode.PROVIDER_FAILURE, "Not enough memory to draw the picture.", {}, remedy)
        except OSError as error:
            remedy = (
                "Check that the working folder has room and may be written, and that the project's fonts are there."
            )
            return self._failed(ErrorCode.PROVIDER_FAILURE, f"The picture could not be written: {error}", {}, remedy)
        except Exception as error:  # a provider never raises; what is new to us is kept as evidence
            stack = traceback.format_exc()[-_STACK:]
            return self._failed(ErrorCode.UNKNOWN, f"{type(error).__name__}: {error}"[:200], {"stack": stack})

    def _draw(self, request: Request) -> Outcome:
        order, problems = _read(request.payload)
        if order is None:
            return self._refused(problems, request)
        segment = order.segment
        data = segment.get("data")
        layout = compose(
            _scene_of(segment.get("scene")),
            data if isinstance(data, Mapping) else {},
            order.frame,
            order.theme,
            language=order.language,
            headline=_text(segment.get("headline")),
            name=_text(segment.get("id")),
            index=order.index,
            count=order.count,
        )
        picture = request.workdir / "image.png"
        draw(layout, picture)
        result: dict[str, Any] = {"kind": "image", "alt": layout.alt[:_LONGEST_ALT]}
        if layout.notes:
            result["notes"] = list(layout.notes)
        return Ok(result, {"image": picture})

    def _refused(self, problems: Mapping[str, str], request: Request) -> Err:
        message = " ".join(f"{field}: {problem}" for field, problem in problems.items())
        segment = request.payload.get("segment")
        name = _text(segment.get("id")) if isinstance(segment, Mapping) else ""
        return self._failed(ErrorCode.INVALID_INPUT, message, {"fields": dict(problems), "segment": name[:80]})

    def _failed(self, code: ErrorCode, message: str, context: Mapping[str, Any], remedy: str = "") -> Err:
        return Err(GenerationError(code, self.name, message, remedy=remedy, context=context))


def _read(payload: Mapping[str, Any]) -> tuple[_Order | None, dict[str, str]]:
    """The order, or what is wrong with it, field by field."""
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
    order = _Order(segment, frame, THEMES[theme], _text(language)[:2] or "en", *((index, count) if placed else (0, 1)))
    return order, problems


def _scene_of(name: object) -> SceneKind:
    """A kind of scene that we do not know is shown as points."""
    try:
        return SceneKind(str(name))
    except ValueError:
        return SceneKind.BULLETS


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
