"""Providers for tests and benchmarks: they speak the protocol, answer at once, and can be told to misbehave."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok, Outcome, Pending
from renders.domain.script import Role, SceneKind, Script, Segment
from renders.providers.base import Immediate, Request


def script(segments: int = 2, language: str = "en") -> Script:
    roles = [Role.HOOK, *[Role.ITEM] * max(0, segments - 2), Role.CLOSING][-segments:]
    return Script(
        "A title",
        language,
        tuple(
            Segment(f"s{n}", role, f"Sentence number {n}.", f"Headline {n}", SceneKind.TITLE_CARD, {"headline": "H"})
            for n, role in enumerate(roles, start=1)
        ),
    )


class Misbehaving:
    """What the next calls of a stage are to answer, before they answer well. Set by tests in the same process."""

    plan: ClassVar[dict[str, list[Outcome | Callable[[Request], Outcome]]]] = {}
    calls: ClassVar[list[tuple[str, str, str]]] = []

    @classmethod
    def clear(cls) -> None:
        cls.plan.clear()
        cls.calls.clear()


class Fake(Immediate):
    """One provider for every stage; answers what the stage's contract asks for, with tiny files."""

    name = "fake"

    def submit(self, request: Request, key: str) -> Outcome:
        Misbehaving.calls.append((request.stage, self.name, key))
        planned = Misbehaving.plan.get(request.stage)
        if planned:
            answer = planned.pop(0)
            return answer(request) if callable(answer) else answer
        return getattr(self, f"_{request.stage}")(request)

    def _orchestrator(self, request: Request) -> Outcome:
        made = self._revideo_files(request)
        return Ok({"duration": float(request.payload["length"]), "width": 1920, "height": 1080}, made)

    def _script_gen(self, request: Request) -> Outcome:
        return Ok({"script": script(int(request.payload["job"]["length"]) // 30).to_json()})

    def _file(self, request: Request, name: str) -> Ok:
        path = request.workdir / name
        path.write_text(json.dumps([request.stage, str(request.payload)[:400]]), encoding="utf-8")
        return Ok(files={name.partition(".")[0]: path})

    def _manim(self, request: Request) -> Outcome:
        made = self._file(request, "image.png")
        return Ok({"kind": "image", "alt": "a picture"}, made.files)

    def _tts(self, request: Request) -> Outcome:
        made = self._file(request, "narration.wav")
        timings = [{"start": 0.0, "end": 2.0, "text": str(request.payload["text"])}]
        return Ok({"duration": 2.0, "timings": timings, "voice": "fake"}, made.files)

    def _music(self, request: Request) -> Outcome:
        return Ok({"duration": 10.0}, self._file(request, "music.wav").files)

    def _revideo_files(self, request: Request) -> dict[str, Path]:
        files: dict[str, Path] = {}
        for name in ("video.mp4", "captions.vtt", "thumbnail.jpg"):
            files |= self._file(request, name).files
        return files

    def _revideo(self, request: Request) -> Outcome:
        return Ok({"duration": request.payload["timeline"]["duration"]}, self._revideo_files(request))

    def _upload(self, request: Request) -> Outcome:
        return Ok({f"{role}_url": f"/media/{key}" for role, key in request.payload["keys"].items()})


class Second(Fake):
    name = "second"


class Slow(Fake):
    """Answers `Pending` first, then the real thing."""

    name = "slow"

    def submit(self, request: Request, key: str) -> Outcome:
        Misbehaving.calls.append((request.stage, self.name, key))
        return Pending(f"job-{key}", 1.0)

    def check(self, request: Request, job_id: str) -> Outcome:
        Misbehaving.calls.append((request.stage, "check", job_id))
        return getattr(self, f"_{request.stage}")(request)


def error(code: ErrorCode, **more: object) -> Err:
    return Err(GenerationError(code, "fake", f"told to answer {code}", **more))  # type: ignore[arg-type]
