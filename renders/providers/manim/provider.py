"""The provider `manim` of the stage `manim`: a segment's scene as a moving picture."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from renderhub.lib import child
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok, Outcome
from renders.look import read_order
from renders.media import ffmpeg
from renders.providers.base import Immediate, Request
from renders.providers.manim import errors
from renders.providers.manim.keeping import EngineMissing, Keeper

_ENGINE = "renders.providers.manim.engine"
_LONGEST_ALT = 1_000
_FPS = range(1, 121)
_SCENES, _PEAK_MB, _MEMORY_MB = 40, 1_000, 4_000
"""Of an engine: scenes after which it is replaced, resident memory above which too, address space that it may have."""
_LOOK = """
import importlib.util
import cairo, manimpango
if importlib.util.find_spec("manim") is None:
    raise ModuleNotFoundError("No module named 'manim'")
"""


class Manim(Immediate):
    """Animates a segment's scene (R12): the layout of the still picture, set in motion as its words are spoken.

    Payload: the contract of the stage `manim`; `segment` whole, because its narration says when things come in.
    Answers `{kind: "video", alt, duration (s), frames, notes}` with file `video`, an MP4 in the composer's final form.
    Where Manim is not installed: `PROVIDER_FAILURE` at once, once, with the line that installs it.

    `python`: the Python that has Manim (this one where empty). `engine`: another program in its place, for tests.
    """

    name = errors.NAME

    def __init__(self, python: str = "", engine: Sequence[str | Path] = ()) -> None:
        argv = engine or (python or sys.executable, "-m", _ENGINE)
        self._python = python or sys.executable
        self.keeper = Keeper(argv, scenes=_SCENES, peak_mb=_PEAK_MB, memory_mb=_MEMORY_MB)

    def warm_up(self) -> None:
        """Start the engine before it is asked for anything; does not wait, and says nothing where it cannot."""
        try:
            self.keeper.warm_up()
        except Exception:  # the first scene will say what is wrong
            return

    def ping(self, seconds: float) -> GenerationError | None:
        """Whether its Python has Manim and what that stands on (R40). Manim itself is not imported: that takes seconds
        of a core that is drawing."""
        try:
            child.run([self._python, "-I", "-c", _LOOK], limits=child.Limits(seconds=seconds, memory_mb=_MEMORY_MB))
        except child.ChildTimeout as problem:
            return GenerationError(ErrorCode.TIMEOUT, self.name, f"Manim's Python did not answer: {problem}")
        except child.ChildFailed as problem:
            return errors.describe(EngineMissing(str(problem)))
        except Exception as problem:
            return errors.describe(problem)
        return None

    def submit(self, request: Request, key: str) -> Outcome:
        try:
            outcome = self._animate(request)
        except Exception as problem:  # a provider answers, whatever happens (DESIGN section 6)
            outcome = Err(errors.describe(problem))
        if isinstance(outcome, Err):
            return Err(outcome.error.with_context(segment=_segment_id(request.payload)))
        return outcome

    def _animate(self, request: Request) -> Outcome:
        deadline = time.monotonic() + request.seconds
        problems = _problems(request.payload)
        if problems:
            return Err(errors.refusal(problems, _segment_id(request.payload)))
        video = request.workdir / "video.mp4"
        question = {
            "payload": dict(request.payload),
            "video": str(video.absolute()),
            "scratch": str((request.workdir / "scratch").absolute()),
            "ffmpeg": str(ffmpeg.executable()),
        }
        answer = self.keeper.ask(question, deadline, request.cancelled)
        if "refused" in answer:
            return Err(errors.refusal(answer["refused"], _segment_id(request.payload)))
        made = answer.get("made")
        if not isinstance(made, Mapping) or not video.is_file():
            return Err(errors.not_drawn(answer))
        result: dict[str, Any] = {
            "kind": "video",
            "alt": str(made["alt"])[:_LONGEST_ALT],
            "duration": float(made["duration"]),
            "frames": int(made["frames"]),
        }
        if made.get("notes"):
            result["notes"] = list(made["notes"])
        return Ok(result, {"video": video})


def _problems(payload: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with the payload, before a program is troubled with it."""
    _, problems = read_order(payload)
    fps = payload.get("fps")
    if isinstance(fps, bool) or not isinstance(fps, int) or fps not in _FPS:
        problems["fps"] = f"must be a whole number from {_FPS.start} to {_FPS.stop - 1}."
    for side in ("width", "height"):
        if side not in problems and payload[side] % 2:
            problems[side] = "must be even: H.264 stores colours for two pixels at a time."
    return problems


def _segment_id(payload: Mapping[str, Any]) -> str:
    segment = payload.get("segment")
    return str(segment.get("id", ""))[:80] if isinstance(segment, Mapping) else ""
