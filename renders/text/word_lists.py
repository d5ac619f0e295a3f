"""Lists of words as they are written down in this package: words apart by white space, `_` for a space within."""

from __future__ import annotations

import re


def word_set(text: str) -> frozenset[str]:
    """The words of `text`."""
    return frozenset(word.replace("_", " ") for word in text.split())


def one_of(text: str) -> str:
    """A pattern, without a group of its own outside, for any of the words; each may be a pattern itself."""
    return "(?:" + "|".join(word.replace("_", " ") for word in text.split()) + ")"


def opening(text: str) -> re.Pattern[str]:
    """A pattern for a text that begins with one of the words, whole and in any case, after an opening quote or none."""
    return re.compile(rf"[«“\"']?{one_of(text)}(?![\w\u0900-\u0963\u0966-\u097f])", re.IGNORECASE)
