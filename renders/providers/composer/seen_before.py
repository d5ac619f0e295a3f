"""Which places of a video have been seen in a finished file that passed the gate, and which are to be looked at."""

from __future__ import annotations

from collections.abc import Sequence

from renders.media import h264
from renders.media.cache import key_of
from renders.media.stretches import FROZEN_SECONDS
from renders.providers.composer.job import Job
from renders.providers.composer.strips import Strip, seams

_MOST = 0.5
"""Share of the video from which on it is decoded whole."""


def _keys(strips: Sequence[Strip]) -> list[str]:
    return [key_of("seam", h264.VERSION, seam) for seam in seams(strips)]


def regions(job: Job, strips: Sequence[Strip]) -> tuple[tuple[int, int], ...] | None:
    """The frames (from, up to) that nobody has seen yet, with a second of what is around them; None for all.

    A strip is seen whole the first time, for then it has no neighbour with which it was seen; later only the places
    where it meets others than before are new.
    """
    total = sum(strip.frames for strip in strips)
    around = round((FROZEN_SECONDS + 0.1) * job.timeline.fps)
    known = [job.cache.get(key) is not None for key in _keys(strips)]
    wanted: list[tuple[int, int]] = []
    for at, strip in enumerate(strips):
        before, after, end = known[at], known[at + 1], strip.start + strip.frames
        if not before and not after:
            wanted.append((strip.start - around, end + around))
        elif not before:
            wanted.append((strip.start - around, strip.start + around))
        elif not after:
            wanted.append((end - around, end + around))
    found: list[tuple[int, int]] = []
    for begin, end in sorted((max(0, begin), min(total, end)) for begin, end in wanted):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return None if sum(end - begin for begin, end in found) > _MOST * total else tuple(found)


def remember(job: Job, strips: Sequence[Strip]) -> None:
    """The video passed: all places of it have been seen."""
    note = job.folder / "seen"
    note.write_bytes(b"seen")
    for key in _keys(strips):
        if job.cache.get(key) is None:
            job.cache.put(key, note)
