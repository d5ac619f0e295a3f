"""When in a narration something is spoken of: found by its words, timed by the estimate of the voice's speed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from renders.text import speech_rate

AIR = speech_rate.AIR_SECONDS / 2
"""Seconds of silence before the narration begins."""
_WORD = re.compile(r"\d[\d.,\u00a0\u2009\u202f]*\d|\d|[^\W\d_][\w\u0900-\u0963\u0966-\u097f]*")
_GROUPING = re.compile(r"[.,\u00a0\u2009\u202f]")
_STEM = {"en": 5, "ru": 5, "hi": 4}
"""Letters of a word that its other forms share."""
_ENOUGH = 0.34
"""Share of its words that must be heard together before a place counts as the one where it is spoken."""


def length(narration: str, language: str) -> float:
    """Estimated seconds of the voice; 0 where nothing is said."""
    return speech_rate.seconds(narration, _known(language))


def moments(narration: str, groups: Sequence[str], language: str) -> list[float | None]:
    """For each text the second at which the narration comes to it, air included; None where it never does.

    A later text is looked for behind an earlier one first: what is listed is mostly spoken in that order.
    """
    language = _known(language)
    heard = [(match.start(), _stem(match.group(), language)) for match in _WORD.finditer(narration)]
    found: list[float | None] = []
    start = 0
    for words in groups:
        at = _place(heard, _stems(words, language), start)
        at = _place(heard, _stems(words, language), 0) if at is None else at
        if at is None:
            found.append(None)
            continue
        start = at + 1
        found.append(AIR + speech_rate.seconds(narration[: heard[at][0]], language))
    return found


def _place(heard: Sequence[tuple[int, str]], wanted: set[str], start: int) -> int | None:
    """The first word of the stretch that holds most of what is wanted."""
    reach, best, place = 2 * len(wanted) + 4, 0.0, None
    for at in range(start, len(heard)):
        if heard[at][1] in wanted:
            together = {stem for _, stem in heard[at : at + reach]} & wanted
            if len(together) > best:
                best, place = len(together), at
    return place if wanted and best / len(wanted) >= _ENOUGH else None


def _stems(words: str, language: str) -> set[str]:
    found = {_stem(word, language) for word in _WORD.findall(words)}
    return {stem for stem in found if stem}


def _stem(word: str, language: str) -> str:
    """What the forms of a word share; empty for the small words that stand everywhere."""
    if word[0].isdigit():
        return _GROUPING.sub("", word)
    if len(word) <= (2 if language == "hi" else 3) and not word.isupper():
        return ""
    return word.casefold()[: _STEM[language]]


def _known(language: str) -> str:
    return language if language in speech_rate.RATES else "en"
