"""The render services on our own hosts: Manim, Revideo, Video Orchestrator; one table for all three."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Ok
from renders.domain.script import Role, SceneKind, Script, Segment
from renders.domain.timeline import build
from renders.providers.base import Provider
from renders.providers.manim_service import ManimService
from renders.providers.orchestrator import Orchestrator
from renders.providers.revideo_service import RevideoService
from tests.conformance.http_providers import KEY, Entry, Told
from tests.renders.providers import manim_scenes
from tests.support.clips import clip
from tests.support.misbehaving import Act, Talk, answer

BRIEF = build(
    Script("T", "en", (Segment("s1", Role.ITEM, "It is said.", "Head", SceneKind.BULLETS),)),
    {},
    {},
    None,
    size=(192, 108),
    fps=30,
    language="en",
    theme="ink",
)
"""A second or two without a voice."""
LARGEST = "renders.providers.render_service.LARGEST"


def said(status: int, message: str = "words") -> dict[str, Any]:
    return {"error": "SOMETHING", "message": message, "status": status}


TABLE = (
    Told(400, said(400), ErrorCode.INVALID_INPUT),
    Told(413, said(413), ErrorCode.INVALID_INPUT),
    Told(422, said(422), ErrorCode.INVALID_INPUT),
    Told(401, said(401), ErrorCode.UNAUTHORIZED),
    Told(403, said(403), ErrorCode.UNAUTHORIZED),
    Told(404, said(404), ErrorCode.NOT_FOUND),
    Told(429, said(429), ErrorCode.RATE_LIMITED, {"Retry-After": "7"}, retry_after=7),
    Told(429, said(429), ErrorCode.RATE_LIMITED),
    Told(503, said(503), ErrorCode.RATE_LIMITED, {"Retry-After": "9"}, retry_after=9),
    Told(500, said(500), ErrorCode.API_ERROR),
    Told(502, said(502), ErrorCode.API_ERROR),
    Told(503, said(503), ErrorCode.API_ERROR),
    Told(504, said(504), ErrorCode.API_ERROR),
    Told(200, {"error": "SOMETHING", "message": "it failed"}, ErrorCode.PROVIDER_FAILURE),
    Told(200, {"duration": 3}, ErrorCode.PROVIDER_FAILURE),
    Told(200, {"video_url": None}, ErrorCode.PROVIDER_FAILURE),
    Told(200, {"video_url": ["http://127.0.0.1/"]}, ErrorCode.PROVIDER_FAILURE),
    Told(200, {"video_url": "ftp://127.0.0.1/video.mp4"}, ErrorCode.PROVIDER_FAILURE),
    Told(200, {"video_url": "http://10.0.0.1/video.mp4"}, ErrorCode.PROVIDER_FAILURE),
    Told(200, b"no video", ErrorCode.PROVIDER_FAILURE, {"Content-Type": "video/mp4"}),
    Told(418, said(418), ErrorCode.UNKNOWN),
    Told(302, b"", ErrorCode.UNKNOWN, {"Location": "http://127.0.0.1/"}),
)


def video(**about: Any) -> Act:
    """Answers with a clip, made when it is first asked for."""

    def act(talk: Talk) -> None:
        answer(200, clip(**about), {"Content-Type": "video/mp4"})(talk)

    return act


def at(url: str) -> Act:
    return answer(200, {"video_url": url, "thumbnail_url": url, "duration": 1.0})


def entry(
    name: str, stage: str, make: Callable[[str, Path], Provider], payload: Any, good: Act, judge: Callable[[Ok], bool]
) -> Entry:
    return Entry(name, stage, make, payload, good, TABLE, judge, media="video/mp4", with_url=at, largest=LARGEST)


ENTRIES = (
    entry(
        "manim_service",
        "manim",
        lambda url, _: ManimService(url, KEY),
        manim_scenes.payload(SceneKind.BULLETS),
        video(),
        lambda ok: ok.result["kind"] == "video" and ok.result["frames"] == 30 and bool(ok.result["alt"]),
    ),
    entry(
        "revideo_service",
        "revideo",
        lambda url, _: RevideoService(url, lambda path: f"http://127.0.0.1/{path.name}", KEY),
        {"timeline": BRIEF.to_json()},
        video(size="192x108", seconds=BRIEF.duration, sound=True),
        lambda ok: ok.result["width"] == 192 and {"video", "captions", "thumbnail"} <= set(ok.files),
    ),
    entry(
        "orchestrator",
        "orchestrator",
        lambda url, _: Orchestrator(url, KEY),
        {"job_id": "j-1", "job_type": "doubt", "input": "Why?", "style": "concise", "length": 60, "voice": "default"},
        video(size="192x108", seconds=3.2, sound=True),
        lambda ok: ok.result["duration"] > 3 and {"video", "captions", "thumbnail"} <= set(ok.files),
    ),
)
