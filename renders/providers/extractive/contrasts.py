"""Two things that one English sentence sets against each other, "X does this, whereas Y does that"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from renders.text.clause_marks import CHANGES_SENSE, POINTS_BACK
from renders.text.english_verbs import VERB

_WORDS = 9
_SPLIT = re.compile(r"^(?P<one>[^,;:]+)[,;] (?:whereas|while) (?P<other>[^,;:]+)\.$")
_HALF = re.compile(rf"^(?P<subject>(?:(?!{VERB}\b)[\w’'-]+ ){{1,4}}?)(?P<rest>(?:{VERB})\b .+)$")

_OWNED = re.compile(r"(?:his|her|its|their|our|my|some|others?|most|many)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Contrast:
    left: tuple[str, str]
    """What it is, and what is said of it."""
    right: tuple[str, str]


def find_contrast(sentences: Sequence[str], language: str) -> tuple[int, Contrast] | None:
    """The first sentence that sets two things against each other, by its index; only in English."""
    if language != "en":
        return None
    for place, sentence in enumerate(sentences):
        match = _SPLIT.match(sentence)
        if match is None or CHANGES_SENSE.search(sentence):
            continue
        one, other = (_half(match[name]) for name in ("one", "other"))
        if one and other and one[0].casefold() != other[0].casefold():
            return place, Contrast(one, other)
    return None


def _half(text: str) -> tuple[str, str] | None:
    match = _HALF.match(text.strip())
    if match is None or POINTS_BACK["en"].search(match["subject"]) or len(match["rest"].split()) > _WORDS:
        return None
    if _OWNED.match(match["subject"]):
        return None
    subject, rest = match["subject"].strip(), match["rest"].strip()
    if len(subject.split()) > 3 or re.search(r"\b(?:of|for|in|with|to|and|or|at|by|from)$", subject):
        return None
    return subject[0].upper() + subject[1:], rest[0].upper() + rest[1:]
