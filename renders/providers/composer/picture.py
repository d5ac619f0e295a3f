"""The picture of a composition: every strip of it, found or made, side by side (`plan.py`, `strips.py`)."""

from __future__ import annotations

from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from renders.look.card import draw_card
from renders.media.forms import Kind
from renders.media.prepare import Prepared, held, key_for, prepare
from renders.media.stretches import Stretch
from renders.providers.composer import burning, captions
from renders.providers.composer.job import Job
from renders.providers.composer.plan import Plan, Shot, Window, playing
from renders.providers.composer.strips import Strip, strips_of
from renders.providers.composer.windows import window_piece


class Picture:
    """Makes the strips on a pool of threads, each of which waits for one FFmpeg at a time."""

    def __init__(self, job: Job, plan: Plan, pool: ThreadPoolExecutor, cores: int) -> None:
        self._job, self._plan, self._pool, self._cores = job, plan, pool, cores
        self._spans = captions.burned(job.timeline)
        if self._spans:
            captions.link_fonts(job)

    def strips(self) -> list[Strip]:
        """All of them, in order. Raises BadAsset, child.ChildError, h264.JoinError; nothing is left running."""
        shots = self._prepared()
        windows = [self._pool.submit(self._window, window, shots) for window in self._plan.windows]
        alone = [strip for shot in self._plan.shots for strip in strips_of(shot, *shots[shot.number])]
        tasks = [task for strip in alone for task in burning.tasks(self._job, strip, self._spans)]
        work = {task.key: task.make for task in tasks if task.key}
        made = {key: self._pool.submit(make) for key, make in work.items()}
        finish(self._job, [*windows, *made.values()])
        strips = [window.result() for window in windows]
        strips += [task.done(made[task.key].result() if task.key else task.make()) for task in tasks]
        return sorted(strips, key=lambda strip: strip.start)

    def stretches(self, strips: list[Strip]) -> tuple[tuple[Stretch, ...], tuple[Stretch, ...]]:
        """What is black, and what is frozen, by its nature, in seconds of the video."""
        fps = self._plan.fps
        shots = [(_seen(shot, fps), _alone(shot, fps), *self._own(shot)) for shot in self._plan.shots]
        black = [stretch.cut(seen) for seen, _, dark, _ in shots for stretch in dark]
        frozen = [stretch.cut(alone) for _, alone, _, still in shots for stretch in still]
        starts = {window.start for window in self._plan.windows}
        for strip in strips:
            if strip.start in starts:
                frozen += [one.moved(strip.start / fps) for one in strip.piece.frozen]
        return tuple(black), tuple(frozen)

    def _own(self, shot: Shot) -> tuple[list[Stretch], list[Stretch]]:
        """Of one shot, in seconds of the video."""
        prepared, fps = self._shots[shot.number][0], self._plan.fps
        seen = _seen(shot, fps)
        if prepared.still:
            return [seen] if prepared.piece.black else [], [seen]
        start, last = shot.start / fps, (shot.start + prepared.frames - 1) / fps
        holding = [Stretch(last, seen.end)] if last < seen.end else []
        dark = [one.moved(start) for one in prepared.piece.black]
        if any(one.end > last for one in dark):
            dark += holding
        if any(one.start <= start + 0.5 / fps for one in dark):
            dark.append(Stretch(seen.start, start + 0.5 / fps))
        return dark, [*(one.moved(start) for one in prepared.piece.frozen), *holding]

    def _prepared(self) -> list[tuple[Prepared, Prepared | None]]:
        """Every shot's asset in the final form; a core for each, or all cores for the only one that is missing."""
        files = [(shot, *self._file(shot)) for shot in self._plan.shots]
        missing = {
            (path, shot.form_entry)
            for shot, path, _ in files
            if self._job.cache.get(key_for(path, self._job.form(shot.form_entry))) is None
        }
        threads = max(1, self._cores // max(1, len(missing)))
        shots: dict[tuple[Path, int], Future[Prepared]] = {}
        for shot, path, kind in files:
            if (path, shot.form_entry) not in shots:
                shots[path, shot.form_entry] = self._pool.submit(self._prepare, shot, path, kind, threads)
        finish(self._job, list(shots.values()))
        last: list[Future[Prepared | None]] = [
            self._pool.submit(self._last, shot, shots[path, shot.form_entry].result()) for shot, path, _ in files
        ]
        finish(self._job, last)
        self._shots = [
            (shots[path, shot.form_entry].result(), one.result())
            for (shot, path, _), one in zip(files, last, strict=True)
        ]
        return self._shots

    def _file(self, shot: Shot) -> tuple[Path, Kind]:
        if shot.clip.asset is not None:
            return self._job.file(shot.clip.asset), Kind.IMAGE if shot.still else Kind.VIDEO
        card = self._job.folder / f"card{shot.number}.png"
        draw_card(shot.clip.headline, self._job.theme, (self._plan.width, self._plan.height), card)
        return card, Kind.IMAGE

    def _prepare(self, shot: Shot, path: Path, kind: Kind, threads: int) -> Prepared:
        form, name = self._job.form(shot.form_entry), shot.clip.asset or f"card {shot.number}"
        made = prepare(name, path, form, self._job.cache, self._job, kind=kind, threads=threads)
        self._job.used.add(made.key)
        return made

    def _last(self, shot: Shot, prepared: Prepared) -> Prepared | None:
        if prepared.still or playing(shot, prepared.frames) == shot.body:
            return None
        last = held(prepared, self._job.form(shot.form_entry), self._job.cache, self._job)
        self._job.used.add(last.key)
        return last

    def _window(self, window: Window, shots: list[tuple[Prepared, Prepared | None]]) -> Strip:
        drawn = captions.drawn(self._job.timeline, self._spans, window.start, window.frames)
        before, after = shots[window.before.number][0], shots[window.after.number][0]
        return Strip(window_piece(self._job, window, before, after, drawn), window.start, window.frames)


def finish(job: Job, futures: list[Future[Any]]) -> None:
    """Wait for all of them; the first failure ends the others and is raised."""
    finished, unfinished = wait(futures, return_when=FIRST_EXCEPTION)
    if unfinished:
        job.stop.set()
        for one in unfinished:
            one.cancel()
        wait(unfinished)
    failed = next((one for one in finished if one.exception()), None)
    if failed is not None:
        failed.result()


def _seen(shot: Shot, fps: int) -> Stretch:
    """All of the time in which a shot is seen, in seconds of the timeline."""
    return Stretch((shot.start - shot.lead) / fps, (shot.start + shot.frames + shot.trail) / fps)


def _alone(shot: Shot, fps: int) -> Stretch:
    """The time in which it stands alone; at a cut it reaches over the edge, for two shots may be alike."""
    start = shot.start + (shot.entry or -1)
    end = shot.start + shot.frames - (shot.exit or -1)
    return Stretch(start / fps, end / fps)
