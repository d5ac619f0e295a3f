"""When each written word is heard, from what a service tells of the words that it spoke."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

Timing = tuple[float, float, str]
"""Start, end (seconds) and text."""
_REACHED = 0.75
"""Share of the text that has to be told of: a recording that ends before was cut off."""


def written_words(text: str, told: Sequence[Timing]) -> list[Timing]:
    """The words of `text`, with what stands beside them, in order; together they are all of it. Words that the service
    does not tell of belong to their neighbours. Empty where what is told is not of this text, or not of all of it."""
    placed = list(_placed(text, told))
    if not placed or placed[-1][1] < _REACHED * len(text.rstrip()):
        return []
    found: list[Timing] = []
    waiting, latest = "", 0.0
    for token in re.finditer(r"\S+", text):
        times = [(start, end) for first, last, start, end in placed if first < token.end() and last > token.start()]
        if times:
            start = max(times[0][0], latest)
            latest = max(times[-1][1], start)
            found.append((start, latest, f"{waiting} {token.group()}".strip()))
            waiting = ""
        elif found:
            found[-1] = (*found[-1][:2], f"{found[-1][2]} {token.group()}")
        else:
            waiting = f"{waiting} {token.group()}".strip()
    return found


def of_sentences(sentences: Sequence[str], words: Sequence[Timing]) -> list[tuple[float, float]]:
    """Start and end of each sentence, by its words; empty where the words are not those of the sentences."""
    rest, found = list(words), []
    for sentence in sentences:
        taken: list[Timing] = []
        while rest and len(" ".join(word for _, _, word in taken)) < len(sentence):
            taken.append(rest.pop(0))
        if " ".join(word for _, _, word in taken) != sentence:
            return []
        found.append((taken[0][0], taken[-1][1]))
    return found


def _placed(text: str, told: Sequence[Timing]) -> Iterator[tuple[int, int, float, float]]:
    """Where each spoken word stands in the text (from, up to), with its times; those that do not stand in it are left
    away."""
    folded, at = text.casefold(), 0
    if len(folded) != len(text):  # letters that fold to several would shift all places
        folded = text
    for start, end, word in told:
        place = _find_whole(folded, word.casefold(), at)
        if place >= 0:
            at = place + len(word)
            yield place, at, start, end


def _find_whole(text: str, word: str, at: int) -> int:
    """Where `word` stands in `text` from `at` on, and not within another one; -1 where it does not."""
    place = text.find(word, at) if word.strip() else -1
    while place >= 0 and (text[place - 1 : place].isalnum() or text[place + len(word) :][:1].isalnum()):
        place = text.find(word, place + 1)
    return place
