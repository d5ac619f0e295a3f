"""Black, frozen and silent stretches, as FFmpeg's detectors log them (R16's output gate)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

BLACK_SECONDS = 0.1
FROZEN_SECONDS = 1.0
SILENT_SECONDS = 0.5


@dataclass(frozen=True)
class Stretch:
    """From `start` up to `end`, in seconds; `end` is infinite where it lasted until the end of the file."""

    start: float
    end: float

    def moved(self, by: float) -> Stretch:
        return Stretch(self.start + by, self.end + by)

    def cut(self, to: Stretch) -> Stretch:
        """What of it lies within another one; empty (`end` at `start`) where nothing does."""
        start = min(max(self.start, to.start), to.end)
        return Stretch(start, max(start, min(self.end, to.end)))

    def within(self, other: Stretch, tolerance: float) -> bool:
        return self.start >= other.start - tolerance and self.end <= other.end + tolerance


@dataclass(frozen=True)
class Stretches:
    black: tuple[Stretch, ...] = ()
    frozen: tuple[Stretch, ...] = ()
    silent: tuple[Stretch, ...] = ()


_SMALL = "scale=192:108:flags=fast_bilinear"

STRICT = f"{_SMALL},blackdetect=d={BLACK_SECONDS}:pix_th=0.03:pic_th=0.99,freezedetect=d={FROZEN_SECONDS}:n=-60dB"
"""Filter chain for a finished video: reports only what is black or frozen beyond doubt."""


def generous(frozen_seconds: float = FROZEN_SECONDS / 2) -> str:
    """Filter chain for what goes into a video: reports what may look black or frozen once it is compressed, so that
    the gate blames no video for what its own material is."""
    return f"{_SMALL},blackdetect=d=0.05:pix_th=0.06:pic_th=0.95,freezedetect=d={frozen_seconds:g}:n=-48dB"


SILENCE = f"silencedetect=n=-60dB:d={SILENT_SECONDS}"
"""Filter chain for sound."""

_BLACK = re.compile(rb"black_start:([\d.]+) black_end:([\d.]+)")
_FREEZE = re.compile(rb"freeze_(start|end): ([\d.]+)")
_SILENCE = re.compile(rb"silence_(start|end): (-?[\d.]+)")


def logged(log: bytes) -> Stretches:
    """What the detectors of one FFmpeg run wrote to its log."""
    return Stretches(
        black=tuple(Stretch(float(start), float(end)) for start, end in _BLACK.findall(log)),
        frozen=_pairs(_FREEZE.findall(log)),
        silent=_pairs(_SILENCE.findall(log)),
    )


def united(stretches: Iterable[Stretch], *, apart: float) -> list[Stretch]:
    """The stretches in order, those that are less than `apart` seconds from each other made one."""
    found: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda one: one.start):
        if found and stretch.start <= found[-1].end + apart:
            found[-1] = Stretch(found[-1].start, max(found[-1].end, stretch.end))
        else:
            found.append(stretch)
    return found


def _pairs(events: Iterable[tuple[bytes, bytes]]) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    for what, time in events:
        if what == b"start":
            found.append(Stretch(max(0.0, float(time)), math.inf))
        elif found:
            found[-1] = Stretch(found[-1].start, float(time))
    return tuple(found)
