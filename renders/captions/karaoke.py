"""Captions whose words light up as they are spoken: WebVTT with a timestamp before each word (R14, R16)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

from renders.captions.lines import columns
from renders.captions.order import ordered
from renders.captions.webvtt import Line, clock, escaped

_NEAR = 2.0
"""Seconds that a word's own time may lie outside its caption, which stands a little longer than what is said."""


def written(lines: Sequence[Line], words: Sequence[Line] = ()) -> str:
    """The same cues as `webvtt.written(lines)`, word by word.

    `words`: what is spoken, each with its time from the start of the video, in the order of the captions, as the
    voices' `words` give it. A caption that has none, or others than it shows, is shared among its words by length.
    """
    spoken = _Spoken(words)
    blocks = ["WEBVTT"]
    for number, (start, end, text) in enumerate(ordered(lines, 1000), 1):
        begins = spoken.begins(text.split(), start / 1000, end / 1000)
        stamps = iter(_stamps(begins, start, end))
        rows = (" ".join(next(stamps) + escaped(word) for word in row.split()) for row in text.split("\n"))
        blocks.append(f"{number}\n{clock(start / 1000)} --> {clock(end / 1000)}\n" + "\n".join(rows))
    return "\n\n".join(blocks) + "\n"


class _Spoken:
    """The timed words as one row of letters, in which the words of each caption are looked for, going forward."""

    def __init__(self, words: Iterable[Line]) -> None:
        self.letters = ""
        self.times: list[float] = []
        self.passed = 0
        for word in words:
            letters = "".join(word.text.split())
            self.letters += letters
            # A word too long for a line is shown in pieces: each has its share of the time.
            self.times += [word.start + (word.end - word.start) * at / len(letters) for at in range(len(letters))]

    def begins(self, shown: Sequence[str], start: float, end: float) -> list[float]:
        """When each of the words that are shown from `start` to `end` begins, in seconds."""
        at = self.letters.find("".join(shown), self.passed)
        while 0 <= at < len(self.times) and self.times[at] < start - _NEAR:
            at = self.letters.find("".join(shown), at + 1)
        if 0 <= at < len(self.times) and self.times[at] <= end:
            self.passed = at + len("".join(shown))
            return [self.times[at + before] for before in _before(map(len, shown))]
        widths = [columns(word) + 1 for word in shown]
        return [start + (end - start) * before / sum(widths) for before in _before(widths)]


def _before(lengths: Iterable[int]) -> list[int]:
    return [0, *accumulate(lengths)][:-1]


def _stamps(begins: Iterable[float], start: int, end: int) -> list[str]:
    """A timestamp for each word whose time is later than the last one's and within the cue; nothing for the others."""
    found, last = [], start
    for begin in begins:
        at = round(min(max(begin, 0.0), end / 1000) * 1000)
        found.append(f"<{clock(at / 1000)}>" if last < at < end else "")
        last = max(last, at)
    return found
