"""A written number on its way up: the same characters at the same places, only that the digits are still lower."""

from __future__ import annotations

import re
import unicodedata

_NUMBER = re.compile(r"\d(?:[\d,.\u202f\u00a0\u2009]*\d)?")
_SEPARATORS = ",.\u202f\u00a0\u2009"
_MOST_DIGITS = 15


def can_count(text: str) -> bool:
    """Whether the text holds one number that a viewer can watch growing: not a year, not a range, not a zero."""
    found = _NUMBER.findall(text)
    if len(found) != 1 or sum(c.isdigit() for c in found[0]) > _MOST_DIGITS:
        return False
    value = _value(found[0])
    year = text.strip() == found[0] and found[0].isdigit() and len(found[0]) == 4 and 1000 <= value <= 2100
    return value > 0 and not year


def span(text: str) -> tuple[int, int]:
    """Where the number stands in a text that can count."""
    match = _NUMBER.search(text)
    return match.span() if match else (0, 0)


def counted(text: str, share: float) -> str:
    """The text with its number at `share` (0 to 1) of the way; what is not reached yet is spaces.

    It has as many characters as the text: each digit keeps its place, so that nothing beside it moves.
    """
    match = _NUMBER.search(text)
    if match is None or share >= 1:
        return text
    written = match.group()
    value = int(_value(written) * max(0.0, share))
    decimals = _decimals(written)
    shown: list[str] = []
    for place, character in enumerate(reversed(written)):
        if character in _SEPARATORS:
            # A decimal point stays with its zero; a separator of thousands goes with the digits before it.
            shown.append(character if value or sum(c.isdigit() for c in shown) <= decimals else " ")
            continue
        above = sum(c.isdigit() for c in shown) > decimals
        shown.append(_digit(character, value % 10) if value or place == 0 or not above else " ")
        value //= 10
    return text[: match.start()] + "".join(reversed(shown)) + text[match.end() :]


def _value(written: str) -> int:
    return int("".join(str(unicodedata.digit(c)) for c in written if c.isdigit()))


def _decimals(written: str) -> int:
    """Digits after the decimal sign: after the last point or comma, unless they look like thousands."""
    tail = re.search(r"[.,](\d+)$", written)
    if tail is None or (len(tail.group(1)) == 3 and not written.startswith("0")):
        return 0
    return len(tail.group(1))


def _digit(like: str, digit: int) -> str:
    """The digit in the script of `like` (Devanagari has digits of its own)."""
    return chr(ord(like) - unicodedata.digit(like) + digit)
