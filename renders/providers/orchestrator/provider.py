"""The provider `orchestrator`: a whole job done elsewhere, and its video judged here."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from renders.domain.errors import GenerationError
from renders.domain.outcomes import Err, Ok, Outcome
from renders.media import failures, finishing, gate, inspection
from renders.media.gate import Fault, Measured
from renders.media.session import Session, Stop
from renders.media.stretches import Stretch
from renders.providers.base import Immediate, Request
from renders.providers.orchestrator import thumbnails
from renders.providers.render_service import Rendered, RenderService

_ASKED = ("job_id", "job_type", "input", "style", "length", "voice")
_SHORTEST = 3.0
_DARK = 0.5
"""Share of a video that may be black."""


class Orchestrator(Immediate):
    """Has a whole job done by the Video Orchestrator at `url` (R18).

    Payload: `{job_id, job_type, input, style, length (s), voice}`. Result: `{duration (s), width, height,
    processing_time_ms, loudness}`; files `video`, `thumbnail` (from the video where theirs cannot be had) and
    `captions` (empty: the service gives none). Nothing is known of what the video should show: it has to decode whole,
    to have sound, and not to be black; its form and loudness are made those of all our videos.

    The answer comes when the video is made: the call waits for it on a thread of the `io` queue, up to the stage's
    time limit.
    """

    name = "orchestrator"

    def __init__(self, url: str, key: str = "", private_hosts: Collection[str] = ()) -> None:
        self._service = RenderService(self.name, url, key, setting="ORCHESTRATOR_URL", private_hosts=private_hosts)

    def ping(self, seconds: float) -> GenerationError | None:
        return self._service.ping(seconds)

    def submit(self, request: Request, key: str) -> Outcome:
        until = time.monotonic() + request.seconds
        try:
            asked = {name: request.payload[name] for name in _ASKED}
            rendered = self._service.render(asked, request, until, decode=False)
            if isinstance(rendered, GenerationError):
                return Err(rendered)
            return self._judged(rendered, request, Session(request.workdir, until, Stop(request.cancelled)))
        except Exception as problem:  # a provider answers, whatever happens (DESIGN section 6)
            return Err(failures.failure(self.name, problem))

    def _judged(self, rendered: Rendered, request: Request, session: Session) -> Outcome:
        captions = session.folder / "captions.vtt"
        captions.write_text("WEBVTT\n", encoding="utf-8")
        video, info = rendered.video, rendered.info
        found = inspection.measure(video, captions, seconds=session.seconds, cancel=session.stop, info=info)
        faults = _faults(found)
        if faults and finishing.is_curable(faults):
            form = finishing.Form(*_size(rendered), round(_fps(rendered)))
            video = finishing.finish(video, found, faults, form, session)
            found = inspection.measure(video, captions, seconds=session.seconds, cancel=session.stop)
            faults = _faults(found)
        if faults or found.info is None:
            return Err(gate.refusal(self.name, faults))
        fetched = session.folder / "thumbnail.fetched"
        url = rendered.stated.get("thumbnail_url")
        failed = not isinstance(url, str) or self._service.fetch(url, fetched, session.deadline, request)
        thumbnail = thumbnails.make(None if failed else fetched, video, found.info.duration, session)
        files = {"video": video, "captions": captions, "thumbnail": thumbnail}
        return Ok(_described(found, rendered), files)


def _faults(found: Measured) -> list[Fault]:
    """What is wrong with a video of which only its form is known."""
    info = found.info
    if found.fault or info is None or info.video is None:
        return gate.verdict(found, gate.Expected(0, 0, 30, 0.0)) or [Fault("video", "there is no picture", None, "")]
    duration = info.duration
    wanted = gate.Expected(
        width=info.video.width - info.video.width % 2,
        height=info.video.height - info.video.height % 2,
        fps=max(1, round(info.video.fps)),
        duration=duration,
        frozen=(Stretch(0.0, duration),),
    )
    dark = sum(one.cut(Stretch(0.0, duration)).end - one.start for one in found.stretches.black)
    seen = replace(found, stretches=replace(found.stretches, black=()))
    faults = gate.verdict(seen, wanted)
    if dark > _DARK * duration:
        faults.append(Fault("black", f"it is black for {dark:.0f} of {duration:.0f} s", dark, _DARK * duration))
    if duration < _SHORTEST:
        faults.append(Fault("duration", f"it lasts {duration:.2f} s", duration, _SHORTEST))
    return faults


def _size(rendered: Rendered) -> tuple[int, int]:
    video = rendered.info.video
    assert video is not None
    return video.width - video.width % 2, video.height - video.height % 2


def _fps(rendered: Rendered) -> float:
    video = rendered.info.video
    return min(max(video.fps if video else 30.0, 10.0), 60.0)


def _described(found: Measured, rendered: Rendered) -> Mapping[str, Any]:
    info = found.info
    assert info is not None
    assert info.video is not None
    took = rendered.stated.get("processing_time_ms")
    known = isinstance(took, int | float) and not isinstance(took, bool) and 0 <= took < 1e12
    return {
        "duration": round(info.duration, 3),
        "width": info.video.width,
        "height": info.video.height,
        "processing_time_ms": round(took) if known else None,  # type: ignore[arg-type]
        "loudness": None if found.loudness.silent else found.loudness.integrated,
    }
