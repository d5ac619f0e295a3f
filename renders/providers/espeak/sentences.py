"""A narration as the sentences that are spoken one by one, each with its written form for the captions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from renders.speech.aloud import spoken
from renders.text import sentences

SENTENCE_PAUSE = 0.35
PARAGRAPH_PAUSE = 0.6
"""Seconds of silence before a sentence; at the start of a paragraph."""

_ENDS = (".", "!", "?", "।", "॥")


@dataclass(frozen=True)
class Sentence:
    written: str
    spoken: str
    pause: float
    """Seconds of silence before it, unless it is the first."""


def prepare(text: str, language: str) -> list[Sentence]:
    """The sentences that can be said; empty where there are none. `language` is `en`, `ru` or `hi`."""
    return list(_sentences(text, language))


def _sentences(text: str, language: str) -> Iterator[Sentence]:
    for paragraph in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        pause = PARAGRAPH_PAUSE
        for written in sentences.split(paragraph, language):
            said = spoken(written, language)
            if said:
                # Without a mark at its end the voice would leave the sentence in the air.
                yield Sentence(written, said if said.endswith(_ENDS) else said + ".", pause)
                pause = SENTENCE_PAUSE
