"""Titles as headlines: at most about twelve words, shortened by meaning (R11, LOOK)."""

from __future__ import annotations

import re

from renders.text.clauses import short_forms
from renders.text.languages import without_full_stop
from renders.text.spoken import compacted
from renders.text.word_lists import word_set

MOST_WORDS = {"en": 12, "ru": 11, "hi": 12}
MOST_CHARACTERS = 84
_BREAK = re.compile(r"\s+[|–—-]\s+|:\s+|;\s+|,\s+")
_LINKS = word_set(
    """
    of for in on at to with without near inside against via toward from by as and or but after before during
    amid over under that which who when while because into в во на с со к ко по из за от до для о об и а но
    что как когда где при под над между через после около और या कि जो जब लेकिन क्योंकि
    """
)
"""Words that lead on to something: a headline is cut before, never after one."""


def headline(title: str, language: str) -> str:
    """`title` as a headline: whole where short enough, else cut at the last clause boundary that fits.

    A title that has no boundary is cut before the last word that leads on to something.
    """
    most = MOST_WORDS[language]
    title = without_full_stop(title)
    for form in (title, compacted(title, language), *short_forms(title, language, most, MOST_CHARACTERS)):
        if _fits(form, most):
            return without_full_stop(form)
    heads = [title[: match.start()] for match in _BREAK.finditer(title)]
    for head in reversed(heads):
        if len(head.split()) >= 3 and _fits(head, most):
            return head
    return _cut_before_link(title.split(), most)


def _fits(text: str, most: int) -> bool:
    return len(text.split()) <= most and len(text) <= MOST_CHARACTERS


def _cut_before_link(words: list[str], most: int) -> str:
    kept = words[:most]
    while len(kept) > 1 and len(" ".join(kept)) > MOST_CHARACTERS:
        kept.pop()
    ends = [index for index in range(3, len(kept)) if kept[index].lower() in _LINKS]
    text = " ".join(kept[: ends[-1]] if ends else kept)
    # A "word" without end is no language: it is cut where the line ends.
    return text[:MOST_CHARACTERS].rstrip(" ,;:–—-")
