"""Cues made safe for files: in order, none over another, none without length. Times are whole ticks of the format."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

from renders.captions.lines import rows
from renders.captions.webvtt import Line

_LONGEST = 360_000.0
"""Seconds: 100 hours, beyond which no format of ours can count."""


def ordered(lines: Iterable[Line], per_second: int) -> list[tuple[int, int, str]]:
    """The cues as (start, end, text) in ticks of 1/`per_second` s, sorted; those without text are left out.

    What runs into the next cue ends where that begins. What begins with another one comes after it: no text is lost.
    """
    timed = [
        (_ticks(line.start, per_second), _ticks(line.end, per_second), text)
        for line in lines
        if (text := "\n".join(rows(line.text)))
    ]
    timed.sort(key=lambda cue: cue[:2])
    ends = [min(end, after) if after > start else end for (start, end, _), (after, _, _) in pairwise(timed)]
    found: list[tuple[int, int, str]] = []
    free = 0
    for (start, _, text), end in zip(timed, [*ends, *(cue[1] for cue in timed[-1:])], strict=True):
        begin = max(start, free)
        free = max(end, begin + 1)
        found.append((begin, free, text))
    return found


def _ticks(seconds: float, per_second: int) -> int:
    return round(min(max(seconds, 0.0), _LONGEST) * per_second) if math.isfinite(seconds) else 0
