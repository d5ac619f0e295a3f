"""Which places of a video have been seen in a finished file that passed the gate, and which are to be looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from renders.media import h264, proof
from renders.media.cache import key_of
from renders.media.stretches import FROZEN_SECONDS
from renders.providers.composer.job import Job
from renders.providers.composer.strips import Strip, seams

_MOST = 0.6
"""Share of the video from which on it is decoded whole: a region costs its process and the frames up to it, too."""
_LONGEST_UNNOTED = 0.5
"""Seconds that a picture may stand still without its being noted (`stretches.generous`)."""
_MORE = 0.1


def _keys(strips: Sequence[Strip]) -> list[str]:
    return [key_of("seam", h264.VERSION, seam) for seam in seams(strips)]


def regions(job: Job, strips: Sequence[Strip]) -> tuple[tuple[int, int], ...] | None:
    """The frames (from, up to) that nobody has seen yet, with what is around them; None for all.

    A strip is seen whole the first time, unless it was decoded when it was made (`proof.py`); after that only the
    places where it meets others than before are new. Around those, as much is seen as shows every stretch that stands
    still over the edge.
    """
    total = sum(strip.frames for strip in strips)
    known = [job.cache.get(key) is not None for key in _keys(strips)]
    found: list[tuple[int, int]] = []
    for begin, end in sorted((max(0, begin), min(total, end)) for begin, end in _wanted(job, strips, known)):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return None if sum(end - begin for begin, end in found) > _MOST * total else tuple(found)


def _wanted(job: Job, strips: Sequence[Strip], known: Sequence[bool]) -> Iterator[tuple[int, int]]:
    fps = job.timeline.fps
    for at, strip in enumerate(strips):
        new = not known[at] and not known[at + 1]
        if new and not proof.is_proved(strip.piece, job.cache):
            yield strip.start, strip.start + strip.frames
    for at, seen in enumerate(known):
        if seen:
            continue
        before = strips[at - 1] if at else None
        after = strips[at] if at < len(strips) else None
        place = after.start if after else strips[-1].start + strips[-1].frames
        back, on = _around(before, after, fps)
        yield place - back, place + on


def _around(before: Strip | None, after: Strip | None, fps: int) -> tuple[int, int]:
    """How many frames are looked at before and after the place where two strips meet (None: the video's edge)."""
    if any(strip is not None and strip.piece.moving for strip in (before, after)):
        # Whatever stands still over this edge does so within the other strip, where it is noted: it is no fault.
        return round(_MORE * fps), round(_MORE * fps)
    return (
        _reach(before, before.first + before.frames, fps) if before else 0,
        _reach(after, after.first, fps) if after else 0,
    )


def _reach(strip: Strip, frame: int, fps: int) -> int:
    # What stands still over the edge for long enough to be noted has to be seen for that long; what a still repeats
    # may stand still anyway, up to its edge.
    still, edge = [] if strip.repeats else strip.piece.frozen, frame / fps
    noted = any(one.start - _MORE <= edge <= one.end + _MORE for one in still)
    return round(((FROZEN_SECONDS if noted else _LONGEST_UNNOTED) + _MORE) * fps)


def remember(job: Job, strips: Sequence[Strip]) -> None:
    """The video passed: all places of it have been seen."""
    note = job.folder / "seen"
    note.write_bytes(b"seen")
    for key in _keys(strips):
        if job.cache.get(key) is None:
            job.cache.put(key, note)
