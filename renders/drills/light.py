"""Answers that keep to each stage's contract and cost next to nothing: tiny files, no engine."""

from __future__ import annotations

import json
from pathlib import Path

from renders.domain.outcomes import Ok
from renders.domain.script import Role, SceneKind, Script, Segment
from renders.providers.base import Request

_ROLES = (Role.HOOK, Role.ITEM, Role.CLOSING)


def answer(request: Request, film: str, segments: int) -> Ok:
    """What a good service would answer; each claim writes bytes of its own, so that work published twice shows."""
    match request.stage:
        case "script_gen":
            return Ok({"script": script(film, segments).to_json()})
        case "manim":
            return Ok({"kind": "image", "alt": film}, _files(request, film, image="image.png"))
        case "tts":
            timings = [{"start": 0.0, "end": 2.0, "text": str(request.payload["text"])}]
            return Ok(
                {"duration": 2.0, "timings": timings, "voice": "drill"},
                _files(request, film, narration="narration.wav"),
            )
        case "revideo":
            made = _files(request, film, video="video.mp4", captions="captions.vtt", thumbnail="thumbnail.jpg")
            return Ok({"duration": request.payload["timeline"]["duration"]}, made)
        case stage:
            raise ValueError(f"no drill has the stage {stage}")


def script(film: str, segments: int) -> Script:
    """A script whose every part carries the film's name, by which the later stages know it."""
    roles = [_ROLES[0], *[_ROLES[1]] * max(0, segments - 2), _ROLES[2]][-segments:]
    return Script(
        film,
        "en",
        tuple(
            Segment(f"s{n}", role, f"{film} in sentence {n}.", film, SceneKind.TITLE_CARD, {"headline": film})
            for n, role in enumerate(roles, start=1)
        ),
    )


def _files(request: Request, film: str, **names: str) -> dict[str, Path]:
    about = {"film": film, "stage": request.stage, "claim": request.workdir.name}
    made = {role: request.workdir / name for role, name in names.items()}
    for role, path in made.items():
        path.write_text(json.dumps(about | {"role": role}), encoding="utf-8")
    return made
