"""The local composer: a timeline and its assets become the finished video (R16).

What an asset, a transition, the sound become in the final form is kept by the hash of all that it is made of, so that
composing again makes only what has changed (R54).
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from renders.captions.webvtt import Line
from renders.domain.errors import GenerationError
from renders.domain.job import FPS
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.timeline_form import Timeline
from renders.look.theme import INK, THEMES
from renders.look.thumbnail import draw_beside
from renders.media import beside, failures, gate, inspection
from renders.media.answering import ask_ffmpeg
from renders.media.cache import FolderCache
from renders.media.prepare import FinalForm, prepare_early
from renders.media.session import Session, Stop
from renders.media.stretches import Stretch
from renders.providers.base import Immediate, Request
from renders.providers.composer import seen_before
from renders.providers.composer.container import Packed, write_container
from renders.providers.composer.job import Job
from renders.providers.composer.picture import Picture
from renders.providers.composer.plan import plan
from renders.providers.composer.sound import make_sound
from renders.providers.composer.strips import Strip


class Composer(Immediate):
    """Provider of stage `revideo` that composes on this machine with FFmpeg."""

    name = "composer"

    def __init__(self, processes: int | None = None, cache: Path | None = None) -> None:
        """`processes`: how many FFmpeg processes work side by side; one per core where it is not given.
        `cache`: folder in which pieces are kept from one composition to the next; none where it is not given."""
        self.processes = processes or len(os.sched_getaffinity(0))
        self._cache = cache

    def submit(self, request: Request, key: str) -> Outcome:
        """Compose `payload["timeline"]` from `request.files`; `Ok` only for what has passed the output gate.

        `payload["words"]`, where voices gave it: `[{start, end, text}]`, every word in seconds of the video.
        """
        del key  # the same work gives the same video; nothing outside is touched
        stop = Stop(request.cancelled)
        try:
            timeline = Timeline.from_json(request.payload.get("timeline"))
            words = beside.words(request.payload.get("words"))
            cache = FolderCache(self._cache or request.workdir / "pieces")
            deadline = time.monotonic() + request.seconds
            return self._compose(Job(request.workdir, deadline, stop, timeline, request.files, cache), words)
        except Exception as error:
            return Err(failures.failure(self.name, error))

    def ping(self, seconds: float) -> GenerationError | None:
        return ask_ffmpeg(self.name, seconds)

    def prepare(self, request: Request) -> None:
        """Pictures into the final form, sounds measured: composing then ends seconds after the last asset.

        Raises child.ChildError."""
        if self._cache is None:
            return
        asked = request.payload
        margin = THEMES.get(str(asked["theme"]), INK).background
        form = FinalForm(int(asked["width"]), int(asked["height"]), FPS, margin)
        session = Session(request.workdir, time.monotonic() + request.seconds, Stop(request.cancelled))
        prepare_early(request.files.values(), form, FolderCache(self._cache), session)

    def _compose(self, job: Job, words: Sequence[Line]) -> Outcome:
        timeline = job.timeline
        with ThreadPoolExecutor(self.processes + 1, thread_name_prefix="compose") as pool:
            sound = pool.submit(make_sound, job)
            sound.add_done_callback(lambda done: job.stop.set() if done.exception() else None)
            picture = Picture(job, plan(timeline), pool, self.processes)
            strips = _unless_failed(job, sound, picture)
            # Not earlier: packing leaves a core free, making the pieces does not.
            thumbnail = pool.submit(_draw_thumbnail, job)
            packed = write_container(job, strips, sound.result())
            files = {
                "video": packed.video,
                **beside.write(timeline, job.folder, words),
                "thumbnail": thumbnail.result(),
            }
        measured = self._measured(job, strips, packed, files["captions"])
        faults = gate.verdict(measured, _expected(timeline, *picture.stretches(strips)))
        if faults:
            for key in job.used:  # whatever of it is at fault is made anew
                job.cache.drop(key)
            return Err(gate.refusal(self.name, faults))
        seen_before.remember(job, strips)
        return Ok(gate.described(measured, timeline), files)

    def _measured(self, job: Job, strips: Sequence[Strip], packed: Packed, captions: Path) -> gate.Measured:
        regions = seen_before.regions(job, strips)
        known = inspection.Known(packed.packets, packed.frames, job.timeline.fps, regions, job.cache)
        return inspection.measure(packed.video, captions, seconds=job.seconds, cancel=job.stop, known=known)


def _unless_failed(job: Job, sound: Future[Path], picture: Picture) -> list[Strip]:
    """The strips. Of two failures, the first is raised: it ended the other."""
    try:
        return picture.strips()
    except Exception:
        job.stop.set()
        if sound.exception() and not isinstance(sound.exception(), failures.ENDED):
            sound.result()
        raise


def _draw_thumbnail(job: Job) -> Path:
    out = job.folder / "thumbnail.jpg"
    draw_beside(job.timeline.title, job.theme, (job.timeline.width, job.timeline.height), out)
    return out


def _expected(timeline: Timeline, black: tuple[Stretch, ...], frozen: tuple[Stretch, ...]) -> gate.Expected:
    return gate.Expected(
        width=timeline.width,
        height=timeline.height,
        fps=timeline.fps,
        duration=timeline.duration,
        speaking=gate.spoken(timeline),
        audible=gate.audible(timeline),
        captions=len(timeline.tracks.captions),
        black=black,
        frozen=frozen,
    )
