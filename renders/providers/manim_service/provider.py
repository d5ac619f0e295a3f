"""The provider `manim_service` of the stage `manim`: a segment's scene, animated elsewhere."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from renderhub.lib import child
from renders.domain.errors import GenerationError
from renders.domain.job import FPS
from renders.domain.outcomes import Err, Ok, Outcome
from renders.media import failures, h264
from renders.media.forms import MP4
from renders.media.session import Session, Stop, source
from renders.providers.base import Immediate, Request
from renders.providers.manim_service import order
from renders.providers.render_service import Rendered, RenderService

_INDEX = 1 << 18
"""Bytes at the head of a file in which its comment is looked for."""


class ManimService(Immediate):
    """Has a segment's scene animated by the service at `url`.

    Payload and result are those of the stage `manim`; the file `video` is in the composer's final form, whoever made
    it, so that composing only copies it.
    """

    name = "manim_service"

    def __init__(self, url: str, key: str = "", private_hosts: Collection[str] = ()) -> None:
        self._service = RenderService(self.name, url, key, setting="MANIM_SERVICE_URL", private_hosts=private_hosts)

    def ping(self, seconds: float) -> GenerationError | None:
        return self._service.ping(seconds)

    def submit(self, request: Request, key: str) -> Outcome:
        try:
            outcome = self._animate(request, time.monotonic() + request.seconds)
        except Exception as problem:  # a provider answers, whatever happens (DESIGN section 6)
            outcome = failures.failure(self.name, problem)
        if isinstance(outcome, GenerationError):
            return Err(outcome.with_context(segment=order.segment_id(request.payload)))
        return outcome

    def _animate(self, request: Request, until: float) -> Ok | GenerationError:
        asked = order.of_payload(request.payload)
        if isinstance(asked, str):
            return order.refusal(self.name, asked)
        rendered = self._service.render(asked, request, until, decode=True)
        if isinstance(rendered, GenerationError):
            return rendered
        wrong = _wrong(rendered, asked)
        if wrong:
            return self._service.refused(wrong)
        session = Session(request.workdir, until, Stop(request.cancelled))
        video = _in_final_form(rendered, asked, session)
        frames = rendered.info.video.frames if rendered.info.video else 0
        result = {"kind": "video", "alt": order.alt(request.payload), "duration": rendered.info.duration}
        return Ok({**result, "frames": frames}, {"video": video})


def _wrong(rendered: Rendered, asked: Mapping[str, Any]) -> str:
    video = rendered.info.video
    if video is None or (video.width, video.height) != (asked["width"], asked["height"]):
        size = f"{video.width}x{video.height}" if video else "no picture"
        return f"The clip is {size}; {asked['width']}x{asked['height']} was asked for."
    if not 2 / FPS <= rendered.info.duration <= order.LONGEST:
        return f"The clip lasts {rendered.info.duration:.2f} s."
    return ""


def _in_final_form(rendered: Rendered, asked: Mapping[str, Any], session: Session) -> Path:
    """What says that it is in the final form is looked at by the composer (`media/prepare.py`), which believes nothing;
    all else is brought into it here. Raises child.ChildError."""
    with rendered.video.open("rb") as file:
        if rendered.info.form == MP4 and h264.TAG.encode() in file.read(_INDEX):
            return rendered.video
    out = session.scratch(".mp4")
    graph = f"fps={asked['fps']},scale={asked['width']}:{asked['height']}:reset_sar=1,{h264.TO_BT709}"
    try:
        session.ffmpeg(
            [
                *(*rendered.info.form.arguments(), "-threads", "1", "-i", source(rendered.video)),
                *("-map", "0:v:0", "-vf", graph, *h264.prepared_encoder(int(asked["fps"])), out.name),
            ]
        )
    except child.ChildFailed:
        # It decoded; the composer has its own way to take what FFmpeg does not take here.
        return rendered.video
    return out
