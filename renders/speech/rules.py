"""Rewriting text by an ordered list of rules; every language of `renders.speech` is such a list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

Match = re.Match[str]
Rule = tuple[re.Pattern[str], "str | Callable[[Match], str]"]


def rule(pattern: str, replacement: str | Callable[[Match], str], *, any_case: bool = False) -> Rule:
    """One rewriting; `replacement` as for `re.sub`."""
    return re.compile(pattern, re.IGNORECASE if any_case else 0), replacement


def rewrite(text: str, rules: Iterable[Rule]) -> str:
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text


def one_of(words: Iterable[str]) -> str:
    """A pattern for any of the words; longer ones first, so that `km/h` is not read as `km`."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


def listed(words: str) -> list[str]:
    """Words of a table, written one after the other."""
    return words.split()
