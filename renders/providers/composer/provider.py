"""The local composer: a timeline and its assets become the finished video (R16)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, TypeVar

from renders.captions import webvtt
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.timeline_form import Timeline
from renders.look.thumbnail import draw_thumbnail
from renders.media import gate, inspection
from renders.providers.base import Immediate, Request
from renders.providers.composer import failures
from renders.providers.composer.container import write_container
from renders.providers.composer.job import Job, Stop
from renders.providers.composer.picture import Piece, encode_shot, encode_window
from renders.providers.composer.plan import Plan, plan
from renders.providers.composer.sound import make_sound

_THUMBNAIL = 1280
"""Longest side of the thumbnail in pixels."""
_LAG = 2
"""Shots that are begun before a window is: its own two are then done, and no worker waits for the other."""

Made = TypeVar("Made")


class Composer(Immediate):
    """Provider of stage `revideo` that composes on this machine with FFmpeg."""

    name = "composer"

    def __init__(self, processes: int | None = None) -> None:
        """`processes`: how many FFmpeg processes work side by side; one per core where it is not given."""
        self.processes = processes or len(os.sched_getaffinity(0))

    def submit(self, request: Request, key: str) -> Outcome:
        """Compose `payload["timeline"]` from `request.files`; `Ok` only for what has passed the output gate."""
        del key  # the same work gives the same video; nothing outside is touched
        stop = Stop(request.cancelled)
        try:
            timeline = Timeline.from_json(request.payload.get("timeline"))
            job = Job(timeline, request.files, request.workdir, time.monotonic() + request.seconds, stop)
            return self._compose(job)
        except Exception as error:
            return Err(failures.failure(self.name, error))

    def _compose(self, job: Job) -> Outcome:
        timeline = job.timeline
        cut = plan(timeline)
        pieces, sound = self._encode(job, cut)
        video = write_container(job, cut, {name: piece.units for name, piece in pieces.items()}, sound)
        captions = _write_captions(job)
        thumbnail = _draw_thumbnail(job)
        measured = inspection.measure(video, captions, seconds=job.seconds, cancel=job.stop)
        faults = gate.verdict(measured, _expected(timeline, list(pieces.values())))
        if faults:
            return Err(gate.refusal(self.name, faults))
        return Ok(
            result={
                "duration": timeline.duration,
                "width": timeline.width,
                "height": timeline.height,
                "frames": measured.frames,
                "loudness": None if measured.loudness.silent else measured.loudness.integrated,
                "chapters": [_chapter(chapter.start, chapter.title) for chapter in timeline.chapters],
            },
            files={"video": video, "captions": captions, "thumbnail": thumbnail},
        )

    def _encode(self, job: Job, cut: Plan) -> tuple[dict[str, Piece], Path]:
        """All pieces of the picture, and the sound, side by side. The first failure ends the others."""
        with ThreadPoolExecutor(self.processes, thread_name_prefix="compose") as pool:
            sound = pool.submit(make_sound, job)
            shots: list[Future[Piece]] = []
            made: dict[str, Future[Piece]] = {}
            waiting = list(cut.windows)
            for shot in cut.shots:
                shots.append(pool.submit(encode_shot, job, cut, shot))
                made[shot.piece] = shots[-1]
                while waiting and (waiting[0].after.number + _LAG <= shot.number or shot is cut.shots[-1]):
                    window = waiting.pop(0)
                    needs = (shots[window.before.number], shots[window.after.number])
                    made[window.piece] = pool.submit(_after, needs, lambda w=window: encode_window(job, cut, w))
            everything: list[Future[Any]] = [sound, *made.values()]
            finished, unfinished = wait(everything, return_when=FIRST_EXCEPTION)
            if unfinished:
                job.stop.set()
            for one in everything:
                one.cancel()
            failed = next((one for one in finished if one.exception()), None)
            if failed is not None:
                failed.result()
        return {name: piece.result() for name, piece in made.items()}, sound.result()


def _after(needs: tuple[Future[Piece], ...], work: Callable[[], Made]) -> Made:
    """Do the work when what it needs is there. Never a deadlock: the pool began what it needs before this."""
    for need in needs:
        need.result()
    return work()


def _write_captions(job: Job) -> Path:
    lines = [webvtt.Line(one.start, one.start + one.duration, one.text) for one in job.timeline.tracks.captions]
    out = job.folder / "captions.vtt"
    out.write_text(webvtt.written(lines), encoding="utf-8")
    return out


def _draw_thumbnail(job: Job) -> Path:
    timeline, out = job.timeline, job.folder / "thumbnail.jpg"
    scale = _THUMBNAIL / max(timeline.width, timeline.height)
    width, height = (round(side * scale / 2) * 2 for side in (timeline.width, timeline.height))
    draw_thumbnail(timeline.title, None, job.theme, width, height, out)
    return out


def _chapter(start: float, title: str) -> dict[str, Any]:
    return {"start": start, "title": title}


def _expected(timeline: Timeline, pieces: list[Piece]) -> gate.Expected:
    return gate.Expected(
        width=timeline.width,
        height=timeline.height,
        fps=timeline.fps,
        duration=timeline.duration,
        speaking=gate.spoken(timeline),
        audible=gate.audible(timeline),
        captions=len(timeline.tracks.captions),
        black=tuple(stretch for piece in pieces for stretch in piece.black),
        frozen=tuple(stretch for piece in pieces for stretch in piece.frozen),
    )
