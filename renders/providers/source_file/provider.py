"""The provider `source_file` of the stage `manim`: the job's own image or video as a segment's picture (R7)."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from renderhub.lib import child
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.job import FPS
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.shortage import is_short, shortage
from renders.framed import Framing, framing, show_footage, show_picture
from renders.look import read_order
from renders.look.order import Order
from renders.media.answering import ask_ffmpeg
from renders.media.probe import MediaInfo, ProbeError, probe
from renders.providers.base import Immediate, Request
from renders.source_files import SourceKind, SourceRefused
from renders.source_files.content import kind_of
from renders.source_files.videos import shows_picture

ROLE = "source"
"""Name of the file in `Request.files`."""
_SPARE = 1.15, 1.0
"""The voice may take longer than was estimated: this factor, and this many seconds, more are cut out."""
_LENGTHS = (2.0, 120.0)
_UNKNOWN_LENGTH = 20.0
_LONGEST_ALT = 1_000
_STACK = 500
_NOT_DECODED = "The video cannot be decoded."
_SAVE_ANEW = "Save it anew as MP4 (H.264) and send that, or make the video without it."
_ANOTHER_FILE = "Send another file, or make the video without it."


class SourceFile(Immediate):
    """Shows the file that came with the job, whole and upright, with the segment's headline below it.

    Payload: the contract of the stage `manim`; of the segment `offset` and `seconds` are used, or `offset` and
    `seconds` of the payload where it has them. `Request.files["source"]` is the file. An image answers
    `{kind: "image", alt}`; a video `{kind: "video", alt, duration}`: an MP4 without sound in the composer's final form.
    """

    name = "source_file"

    def submit(self, request: Request, key: str) -> Outcome:
        try:
            return self._show(request)
        except SourceRefused as refused:
            return self._failed(ErrorCode.INVALID_INPUT, refused.message, refused.remedy)
        except ProbeError as error:
            return self._failed(ErrorCode.INVALID_INPUT, f"The file cannot be shown: {error}"[:300], _ANOTHER_FILE)
        except child.ChildTimeout as error:
            return self._failed(ErrorCode.TIMEOUT, f"The file could not be made ready in time: {error}"[:300])
        except child.ChildCancelled:
            return self._failed(ErrorCode.UNKNOWN, "Cancelled before it was made.")
        except child.ChildMissing as error:
            return self._failed(ErrorCode.PROVIDER_FAILURE, str(error)[:300], "Install the project's requirements.")
        except child.ChildError as error:
            short = shortage(self.name, error)
            return Err(short) if short else self._failed(ErrorCode.PROVIDER_FAILURE, str(error)[:300])
        except (MemoryError, OSError) as error:
            short = shortage(self.name, error)
            message = f"The picture could not be made: {type(error).__name__}: {error}"[:300]
            remedy = "Check the rights of the media folder (MEDIA_ROOT)."
            return Err(short) if short else self._failed(ErrorCode.PROVIDER_FAILURE, message, remedy)
        except Exception as error:  # a provider never raises; what is new to us is kept as evidence
            context = {"stack": traceback.format_exc()[-_STACK:]}
            return self._failed(ErrorCode.UNKNOWN, f"{type(error).__name__}: {error}"[:200], context=context)

    def ping(self, seconds: float) -> GenerationError | None:
        return ask_ffmpeg(self.name, seconds)

    def _show(self, request: Request) -> Outcome:
        order, problems = read_order(request.payload)
        if order is None:
            message = " ".join(f"{field}: {problem}" for field, problem in problems.items())
            return self._failed(ErrorCode.INVALID_INPUT, message, "Start the render again.", {"fields": problems})
        source = request.files.get(ROLE)
        if source is None or not source.is_file():
            return self._failed(ErrorCode.INVALID_INPUT, "The file that came with the job is not there.", _ANOTHER_FILE)
        kind, _ = kind_of(source, "")
        if kind is SourceKind.DOCUMENT:
            return self._failed(ErrorCode.INVALID_INPUT, "A document is no picture.", "Use a scene for this segment.")
        around = framing(order)
        if kind is SourceKind.IMAGE:
            return self._picture(request, source, order, around)
        return self._footage(request, source, around)

    def _picture(self, request: Request, source: Path, order: Order, around: Framing) -> Outcome:
        out = show_picture(
            source, around, order.theme, request.workdir, seconds=request.seconds, cancel=request.cancelled
        )
        return Ok({"kind": "image", "alt": around.layout.alt[:_LONGEST_ALT]}, {"image": out})

    def _footage(self, request: Request, source: Path, around: Framing) -> Outcome:
        about = probe(source, seconds=min(30.0, request.seconds), cancel=request.cancelled)
        if about.video is None:
            return self._failed(ErrorCode.INVALID_INPUT, "There is no picture in the video.", _ANOTHER_FILE)
        start, length = _stretch(request.payload, about)
        if not shows_picture(source, about.form, start=start, seconds=request.seconds, cancel=request.cancelled):
            return self._failed(ErrorCode.INVALID_INPUT, _NOT_DECODED, _SAVE_ANEW)
        try:
            out = show_footage(
                source,
                about.form,
                around,
                request.workdir,
                start=start,
                length=length,
                fps=_fps(request.payload),
                seconds=request.seconds,
                cancel=request.cancelled,
            )
            made = probe(out, seconds=30.0, cancel=request.cancelled)
        except (child.ChildFailed, ProbeError) as error:
            if is_short(error):
                raise
            return self._failed(ErrorCode.INVALID_INPUT, _NOT_DECODED, _SAVE_ANEW, {"evidence": str(error)[:300]})
        result = {"kind": "video", "alt": around.layout.alt[:_LONGEST_ALT], "duration": round(made.duration, 3)}
        return Ok(result, {"video": out})

    def _failed(self, code: ErrorCode, message: str, remedy: str = "", context: Mapping[str, Any] | None = None) -> Err:
        return Err(GenerationError(code, self.name, message, remedy=remedy, context=context or {}))


def _stretch(payload: Mapping[str, Any], about: MediaInfo) -> tuple[float, float]:
    """Start and length in seconds of what is cut out; within the video, whatever the payload says."""
    segment = payload["segment"]
    start = _number(payload.get("offset", segment.get("offset")), 0.0)
    wanted = _number(payload.get("seconds", segment.get("seconds")), 0.0) or _UNKNOWN_LENGTH
    factor, more = _SPARE
    length = min(max(wanted * factor + more, _LENGTHS[0]), _LENGTHS[1])
    if about.duration > 0:
        start = min(max(0.0, start), max(0.0, about.duration - _LENGTHS[0]))
        length = min(length, about.duration - start)
    return max(0.0, start), max(0.1, length)


def _number(value: object, default: float) -> float:
    ok = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e6
    return float(value) if ok and isinstance(value, int | float) else default


def _fps(payload: Mapping[str, Any]) -> int:
    fps = payload.get("fps", FPS)
    return fps if isinstance(fps, int) and 10 <= fps <= 60 else FPS
