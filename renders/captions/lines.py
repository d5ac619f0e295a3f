"""How wide a text is for its reader, and where it may be broken (R16)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

COLUMNS = 42
"""Longest line of a caption."""
LINES = 2

_MARKS = frozenset({"Mn", "Mc", "Me", "Cf"})
_VIRAMA = 9
"""Canonical combining class of every sign that joins two consonants into one (Devanagari's halant among them)."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_PAUSES = tuple(",;:.!?।॥…—–)")
_SINGLE_WORD = 14
_PAUSE_GAIN = 10


def rows(text: str) -> list[str]:
    """The lines of a text that have something on them, without control characters: what no caption format minds."""
    found = (_CONTROL.sub("", row).strip() for row in text.splitlines())
    return [row for row in found if row]


def clusters(text: str) -> list[str]:
    """The characters as a reader sees them: a base with its vowel signs, and conjuncts, are one."""
    found: list[str] = []
    joins = False
    for char in text:
        mark = unicodedata.category(char) in _MARKS
        if found and (mark or (joins and char.isalpha())):
            found[-1] += char
        else:
            found.append(char)
        joins = unicodedata.combining(char) == _VIRAMA or (joins and unicodedata.category(char) == "Cf")
    return found


def columns(text: str) -> int:
    """Width in columns; East Asian wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(cluster[0]) in "WF" else 1 for cluster in clusters(text))


def words(text: str) -> list[str]:
    """Words of at most one line; longer ones (addresses, scripts without spaces) are cut between characters."""
    found: list[str] = []
    for word in text.split():
        if columns(word) <= COLUMNS:
            found.append(word)
            continue
        piece = ""
        for cluster in clusters(word):
            if piece and columns(piece + cluster) > COLUMNS:
                found.append(piece)
                piece = ""
            piece += cluster
        found.append(piece)
    return found


def ends_at_pause(word: str) -> bool:
    return word.endswith(_PAUSES)


def broken(of: Sequence[str]) -> str | None:
    """The words in one or two lines, balanced and broken by meaning; None where they do not fit."""
    at = break_of(of, [columns(word) for word in of])
    if at is None:
        return None
    return "\n".join(" ".join(line) for line in (of[:at], of[at:]) if line)


def break_of(of: Sequence[str], widths: Sequence[int]) -> int | None:
    """After how many words the first line ends: all of them where they fit into one; None where they fit into none.

    `widths`: columns of each word.
    """
    whole = sum(widths) + len(widths) - 1
    if whole <= COLUMNS:
        return len(of)
    best: tuple[float, int] | None = None
    above = -1
    for at in range(1, len(of)):
        above += 1 + widths[at - 1]
        below = whole - above - 1
        if above > COLUMNS:
            break
        if below > COLUMNS:
            continue
        cost = abs(above - below) + (2.0 if above > below else 0.0)
        cost += _SINGLE_WORD * ((at == 1) + (at == len(of) - 1))
        cost -= _PAUSE_GAIN * ends_at_pause(of[at - 1])
        if best is None or cost < best[0]:
            best = (cost, at)
    return best[1] if best else None
