"""When each written word is heard: the voice tells it of the words it read out, which are others for `1969` or `km`."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from renders.providers.espeak.sentences import Sentence
from renders.speech.aloud import spoken

_NOT_SAID = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Word:
    """A word as it is written, with what stands beside it and is not said, and the stretch in which it is heard."""

    start: float
    end: float
    text: str


Heard = tuple[int, float, float]
"""Of a word that the voice spoke: its place in the text (characters), and when it begins and ends."""


def timed(sentence: Sentence, language: str, heard: Sequence[Heard], start: float, end: float) -> list[Word]:
    """The words of a sentence that is heard from `start` to `end`; together they are all of its text.

    Written words that are read out as they stand have the time of their own. Between those, what is written and
    what is said belong together as a whole: `1969` has the time of "nineteen sixty-nine".
    """
    written = sentence.written.split()
    said = _said(sentence.spoken, heard)
    matcher = SequenceMatcher(None, _plain(written), _plain([text for text, _, _ in said]), autojunk=False)
    found: list[Word] = []
    for _, first, last, first_said, last_said in matcher.get_opcodes():
        times = said[first_said:last_said]
        if last - first == len(times):
            found += [
                Word(begin, stop, text) for text, (_, begin, stop) in zip(written[first:last], times, strict=True)
            ]
        elif times:
            found += _shared(written[first:last], language, times[0][1], times[-1][2])
        else:
            found += [Word(-1.0, -1.0, text) for text in written[first:last]]
    return _joined(found, start, end)


def _said(text: str, heard: Sequence[Heard]) -> list[tuple[str, float, float]]:
    """The words of the text that was read out which are heard, with their times."""
    matches = list(re.finditer(r"\S+", text))
    places = [match.start() for match in matches]
    found: dict[int, tuple[float, float]] = {}
    for place, start, end in heard if matches else ():
        number = max(0, bisect_right(places, place) - 1)
        found[number] = (found.get(number, (start, end))[0], end)
    return [(matches[number].group(), *times) for number, times in sorted(found.items())]


def _plain(words: Sequence[str]) -> list[str]:
    # What holds nothing to say is like no other word: its place in the row stands for it.
    return [_NOT_SAID.sub("", word).lower() or f" {number}" for number, word in enumerate(words)]


def _shared(written: Sequence[str], language: str, start: float, end: float) -> Iterator[Word]:
    """Several written words that are said in one stretch, each with time by what is said of it."""
    if not written:
        yield Word(start, end, "")
        return
    weights = [len(spoken(word, language)) for word in written]
    passed, total = 0, sum(weights) or 1
    for word, weight in zip(written, weights, strict=True):
        begin = start + (end - start) * passed / total
        passed += weight
        yield Word(begin, start + (end - start) * passed / total, word) if weight else Word(-1.0, -1.0, word)


def _joined(words: Sequence[Word], start: float, end: float) -> list[Word]:
    """Stretches without a word, and words without a stretch, go to their neighbours; times never go back."""
    found: list[Word] = []
    waiting, latest = "", start
    for word in words:
        before = found[-1] if found else None
        if word.end < 0:
            if before:
                found[-1] = Word(before.start, before.end, f"{before.text} {word.text}".strip())
            else:
                waiting = f"{waiting} {word.text}".strip()
            continue
        begin = min(max(word.start, latest), end)
        latest = min(max(word.end, begin), end)
        if before and not (word.text and before.text):
            found[-1] = Word(before.start, latest, f"{before.text} {word.text}".strip())
        else:
            found.append(Word(begin, latest, f"{waiting} {word.text}".strip()))
            waiting = ""
    return found or [Word(start, end, waiting)]
