"""The provider `still` of the stage `manim`: one PNG a segment, drawn in this process in a fraction of a second."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.shortage import shortage
from renders.look import NotEnough, draw, read_order
from renders.providers.base import Immediate, Request

_LONGEST_ALT = 1_000
_STACK = 500


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
        except (MemoryError, OSError) as error:
            if (short := shortage(self.name, error)) is not None:
                return Err(short)
            remedy = "Check that the working folder may be written, and that the project's fonts are there."
            return self._failed(ErrorCode.PROVIDER_FAILURE, f"The picture could not be written: {error}", {}, remedy)
        except Exception as error:  # a provider never raises; what is new to us is kept as evidence
            stack = traceback.format_exc()[-_STACK:]
            return self._failed(ErrorCode.UNKNOWN, f"{type(error).__name__}: {error}"[:200], {"stack": stack})

    def _draw(self, request: Request) -> Outcome:
        order, problems = read_order(request.payload)
        if order is None:
            return self._refused(problems, request)
        layout = order.lay_out()
        picture = request.workdir / "image.png"
        draw(layout, picture)
        result: dict[str, Any] = {"kind": "image", "alt": layout.alt[:_LONGEST_ALT]}
        if layout.notes:
            result["notes"] = list(layout.notes)
        return Ok(result, {"image": picture})

    def _refused(self, problems: Mapping[str, str], request: Request) -> Err:
        message = " ".join(f"{field}: {problem}" for field, problem in problems.items())
        segment = request.payload.get("segment")
        name = str(segment.get("id", "")) if isinstance(segment, Mapping) else ""
        return self._failed(ErrorCode.INVALID_INPUT, message, {"fields": dict(problems), "segment": name[:80]})

    def _failed(self, code: ErrorCode, message: str, context: Mapping[str, Any], remedy: str = "") -> Err:
        return Err(GenerationError(code, self.name, message, remedy=remedy, context=context))
