"""From what a service recorded to the narration as the stage `tts` has it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from renders.narration import recording, sound, timing, told
from renders.narration.recording import NotSpeech, Recording
from renders.narration.told import Timing
from renders.text import speech_rate
from renders.text.sentences import split

_BETWEEN = 0.35
"""Seconds of silence between two recordings: as between two sentences of one."""
_SHORTEST, _LONGEST = 0.3, 4.0
"""Shares of the time that a text should take, beyond which a recording is not one of it."""
_GRACE = 3.0
"""Seconds that it may take longer in any case: a word on its own."""
_LATE = 0.5
"""Seconds after the end of the recording in which a word may be said to end: services round."""


@dataclass(frozen=True)
class Take:
    """What was sent at once, and what came back."""

    text: str
    file: Path
    """Of any form of sound; it is removed."""
    words: Sequence[Timing] = ()
    """When each word is heard, in seconds of the recording as it came, where the service tells."""


@dataclass(frozen=True)
class Narration:
    duration: float
    timings: list[dict[str, Any]]
    """By sentence: `{start, end, text}`, in seconds of the narration."""
    words: list[dict[str, Any]]
    """The same by word; empty where the service did not tell."""


def make(takes: Sequence[Take], target: Path, *, language: str, seconds: float, cancel: threading.Event) -> Narration:
    """Write `target` (WAV, 48 kHz, mono, 16 bit) of all takes in order; `language` is a base language.

    Raises `NotSpeech` where a take is no sound, silent, or far too short or long for its text; `child.ChildError`;
    OSError.
    """
    deadline = time.monotonic() + seconds
    timings: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    heard: list[recording.Samples] = []
    at = 0.0
    for take in takes:
        if heard:
            heard.append(recording.silence(_BETWEEN))
            at += _BETWEEN
        one = recording.read(take.file, seconds=_left(deadline), cancel=cancel)
        _check(take, one, language)
        spoken = _words_of(take, one)
        timings += _listed(_sentences_of(take, one, language, spoken), at)
        words += _listed(spoken, at)
        heard.append(one.samples)
        at += one.seconds
    samples = np.concatenate(heard)
    raw = target.with_name("joined.wav")
    recording.write(samples, raw)
    sound.master(
        raw,
        target,
        frames=len(samples),
        level=recording.level(samples),
        tone="anull",
        seconds=_left(deadline),
        cancel=cancel,
    )
    raw.unlink()
    return Narration(sound.length(target), timings, words)


def _check(take: Take, one: Recording, language: str) -> None:
    """A recording that was cut off, or that says something else, is known by its length."""
    wanted = speech_rate.seconds(take.text, language)
    if one.seconds < _SHORTEST * wanted or one.seconds > _LONGEST * wanted + _GRACE:
        raise NotSpeech(f"it takes {one.seconds:.1f} s, and its text about {wanted:.0f} s")


def _words_of(take: Take, one: Recording) -> list[Timing]:
    """The written words with their times in the recording without its silence; empty where nobody told them."""

    def within(moment: float) -> float:
        return min(max(moment - one.cut, 0.0), one.seconds)

    found = told.written_words(take.text, take.words)
    if take.words and (not found or found[-1][1] > one.cut + one.seconds + _LATE):
        raise NotSpeech("it ends before its text does")
    return [(within(start), within(end), text) for start, end, text in found]


def _sentences_of(take: Take, one: Recording, language: str, words: Sequence[Timing]) -> list[Timing]:
    sentences = split(take.text, language) or [take.text]
    spans = told.of_sentences(sentences, words) or timing.spans(sentences, language, one.seconds, one.pauses())
    return [(start, end, sentence) for sentence, (start, end) in zip(sentences, spans, strict=True)]


def _listed(timings: Sequence[Timing], at: float) -> list[dict[str, Any]]:
    return [{"start": round(at + start, 3), "end": round(at + end, 3), "text": text} for start, end, text in timings]


def _left(deadline: float) -> float:
    return max(0.1, deadline - time.monotonic())
