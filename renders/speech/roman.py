"""Roman numerals as they appear in prose: I to XXXIX."""

from __future__ import annotations

PATTERN = r"(?:X{1,3}(?:IX|IV|V?I{0,3})|IX|IV|VI{0,3}|I{1,3})"
"""A Roman numeral up to 39: centuries, monarchs, chapters. Higher ones are mostly words (`MIX`, `CD`)."""

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}


def value(numeral: str) -> int:
    """The number that a numeral matched by `PATTERN` stands for."""
    total = 0
    for letter, following in zip(numeral, numeral[1:] + "I", strict=True):
        worth = _VALUES[letter]
        total += -worth if worth < _VALUES[following] else worth
    return total
