"""Sentences with their times become cues that can be read: short, apart from each other, on the frame grid (R16)."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from renders.captions.lines import break_of, broken, columns, ends_at_pause, words

GAP = 2
"""Frames between two cues, so that the eye sees the change."""
READABLE = 1.0
"""Seconds for which each cue stands where there is room."""
_SHORTEST = 0.2
_TOGETHER = 0.5
"""A pause shorter than this (s) does not part two short cues."""
_PAUSE_GAIN = 700.0

_SENTENCE = re.compile(r"(?<=[.!?।॥…])\s+")


@dataclass(frozen=True)
class Sentence:
    """What is said between two times, in seconds from the start of the narration."""

    start: float
    end: float
    text: str


@dataclass(frozen=True)
class Cue:
    """A caption of one or two lines, from frame `start` up to, and without, frame `end`."""

    start: int
    end: int
    text: str


def cues(sentences: Sequence[Sentence], *, first: int, last: int, fps: int) -> list[Cue]:
    """The captions of a slot. `first`: frame at which its narration starts; `last`: frame at which the slot ends."""
    return _placed(_joined(_parted(sentences)), first, last, fps)


def estimated(text: str, duration: float) -> list[Sentence]:
    """The sentences of a text with times in proportion to their lengths, for voices that give none (R14)."""
    found = [part.strip() for part in _SENTENCE.split(text) if part.strip()]
    return shared(found, 0.0, duration)


def tidied(sentences: Sequence[Sentence], text: str, duration: float) -> list[Sentence]:
    """What a voice gave as timings, made safe: in order, within the narration; estimated where they are of no use."""
    good = []
    for sentence in sorted(sentences, key=lambda one: (one.start, one.end)):
        start, end = min(max(sentence.start, 0.0), duration), min(max(sentence.end, 0.0), duration)
        if end > start and sentence.text.strip():
            good.append(Sentence(start, end, " ".join(sentence.text.split())))
    return good or estimated(text, duration)


def shared(texts: Sequence[str], start: float, end: float) -> list[Sentence]:
    """Texts said one after the other between two times (s), each with time by its length."""
    weights = [max(1, columns(text)) for text in texts]
    total, passed, found = sum(weights), 0, []
    for text, weight in zip(texts, weights, strict=True):
        begin = start + (end - start) * passed / total
        passed += weight
        found.append(Sentence(begin, start + (end - start) * passed / total, text))
    return found


def _parted(sentences: Sequence[Sentence]) -> list[Sentence]:
    found: list[Sentence] = []
    for sentence in sentences:
        found += shared(parts(sentence.text), sentence.start, sentence.end)
    return found


def parts(text: str) -> list[str]:
    """A sentence in as few cues as hold it, of like length, ending at pauses where that costs little."""
    of = words(text)
    widths = [columns(word) for word in of]
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)]
    for end in range(1, len(of) + 1):
        choices = []
        for begin in range(end - 1, -1, -1):
            if break_of(of[begin:end], widths[begin:end]) is None:
                break
            count, ragged, _ = best[begin]
            ragged += (sum(widths[begin:end]) + end - begin) ** 2
            ragged -= _PAUSE_GAIN * (end < len(of) and ends_at_pause(of[end - 1]))
            choices.append((count + 1, ragged, begin))
        best.append(min(choices))
    found: list[str] = []
    end = len(of)
    while end:
        begin = best[end][2]
        found.append(" ".join(of[begin:end]))
        end = begin
    return found[::-1]


def shown(text: str) -> str:
    """A text that fits into one cue, in its one or two lines."""
    return broken(words(text)) or text


def _joined(timed: Sequence[Sentence]) -> list[Sentence]:
    """Cues too short to read go together with their neighbour where both fit into one."""
    found: list[Sentence] = []
    for cue in timed:
        before = found[-1] if found else None
        if before and _belongs(before, cue):
            found[-1] = Sentence(before.start, cue.end, f"{before.text} {cue.text}")
        else:
            found.append(cue)
    return found


def _belongs(before: Sentence, cue: Sentence) -> bool:
    short = cue.start - before.start < READABLE or cue.end - cue.start < READABLE
    close = cue.start - before.end < _TOGETHER
    return short and close and broken(words(f"{before.text} {cue.text}")) is not None


def _placed(timed: Sequence[Sentence], first: int, last: int, fps: int) -> list[Cue]:
    starts = [first + round(cue.start * fps) for cue in timed]
    shortest = max(1, math.ceil(_SHORTEST * fps))
    found: list[Cue] = []
    free = first
    for at, cue in enumerate(timed):
        begin = max(starts[at], free)
        following = starts[at + 1] - GAP if at + 1 < len(timed) else last
        wanted = max(first + round(cue.end * fps), begin + math.ceil(READABLE * fps))
        end = min(wanted, max(following, begin + shortest), last)
        if end <= begin:
            break  # more text than time: what is left has nowhere to stand
        found.append(Cue(begin, end, shown(cue.text)))
        free = end + GAP
    return found
