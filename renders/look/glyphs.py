"""Which characters can be drawn, and what becomes of those that cannot.

Pillow draws an empty box where a font has no glyph, and has no fallback. So every text is cleaned before it is
measured: what neither of our families has is replaced by what says the same, or dropped; a box is never drawn.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "fonts"
LONGEST = 2_000
"""Characters of one text that are looked at; nothing on a screen is longer."""

_JOINERS = "\u200c\u200d"
_JOINABLE = "\u0900-\u0963\u0966-\u097f"
_MARKS = (1, 4)
"""Marks that one letter may carry after NFC, and one of Devanagari: more would climb into the line above."""

_SAME_MEANING = {
    "\u2011": "-",
    "\u2015": "—",
    "→": "–",
    "⟶": "–",
    "←": "–",
    "↔": "–",
    "⇒": "–",
    "≈": "~",
    "≃": "~",
    "≤": "<=",
    "⩽": "<=",
    "≥": ">=",
    "⩾": ">=",
    "≠": "!=",
    "∼": "~",
    "∙": "·",
    "⋅": "·",
    "●": "•",
    "▪": "•",
    "■": "•",
    "′": "'",
    "″": '"',
    "℃": "°C",
    "℉": "°F",
    "、": ",",
    "，": ",",
    "。": ".",
    "：": ":",
    "（": "(",
    "）": ")",
    "\t": " ",
    "\n": " ",
    "\r": " ",
    "\u2028": " ",
    "\u2029": " ",
}


@cache
def characters(font_file: str) -> frozenset[int]:
    """The code points for which the font (a file name in `fonts/`) has a glyph, read from its `cmap` table."""
    data = (FOLDER / font_file).read_bytes()
    (count,) = struct.unpack_from(">H", data, 4)
    tables = {data[at : at + 4]: struct.unpack_from(">I", data, at + 8)[0] for at in range(12, 12 + 16 * count, 16)}
    start = tables[b"cmap"]
    (subtables,) = struct.unpack_from(">H", data, start + 2)
    found: set[int] = set()
    for number in range(subtables):
        (offset,) = struct.unpack_from(">I", data, start + 8 + 8 * number)
        table = start + offset
        # Format 12 lists every code point of the font as ranges; our four files all have one.
        if struct.unpack_from(">H", data, table)[0] == 12:
            (groups,) = struct.unpack_from(">I", data, table + 12)
            for group in range(groups):
                first, last = struct.unpack_from(">II", data, table + 16 + 12 * group)
                found.update(range(first, last + 1))
    return frozenset(found)


@cache
def latin() -> frozenset[int]:
    """What Noto Sans has in both weights."""
    return characters("NotoSans-Regular.ttf") & characters("NotoSans-SemiBold.ttf")


@cache
def devanagari() -> frozenset[int]:
    """What Noto Sans Devanagari has in both weights."""
    return characters("NotoSansDevanagari-Regular.ttf") & characters("NotoSansDevanagari-SemiBold.ttf")


def is_devanagari(character: str) -> bool:
    """Whether the character belongs to the Devanagari script itself (not what it shares with others)."""
    point = ord(character)
    return 0x0900 <= point <= 0x0963 or 0x0966 <= point <= 0x097F or 0xA8E0 <= point <= 0xA8FF


def missing_glyphs(text: str) -> set[str]:
    """The characters of the text that would be drawn as an empty box; empty for every text that `clean` made."""
    return {c for c in text if ord(c) not in latin() and ord(c) not in devanagari()}


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """The text as it can be drawn: one line, NFC, only characters that our fonts have, spaces single.

    Controls, bidi overrides and variation selectors go; what has an equal in our fonts becomes that; what has none
    (emoji, CJK, scripts we do not carry) is dropped, so a text may come out empty. `LONGEST` characters at most.
    """
    drawn: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text[:LONGEST]):
        for piece in _drawable(character):
            if not unicodedata.category(piece).startswith("M"):
                marks = 0
            # A mark needs a letter to sit on: HarfBuzz would draw a dotted circle for one without.
            elif not drawn or not _carries_marks(drawn[-1]) or marks == _MARKS[is_devanagari(piece)]:
                continue
            else:
                marks += 1
            drawn.append(piece)
    line = re.sub(f"(?<![{_JOINABLE}])[{_JOINERS}]", "", "".join(drawn))
    # `str.split` would take the no-break spaces for ordinary ones.
    return re.sub(" {2,}", " ", line).strip(" \u00a0\u202f\u2009")


@cache
def _drawable(character: str) -> str:
    """What is drawn for one character: itself, its equal, or nothing."""
    known = latin() | devanagari()
    if character in _SAME_MEANING:
        return _SAME_MEANING[character]
    if character in "\u00a0\u202f\u2009" or character in _JOINERS:
        return character
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    if character == "\ufffd" or category[0] == "C" or "\ufe00" <= character <= "\ufe0f":
        return ""
    if ord(character) in known:
        return character
    equal = unicodedata.normalize("NFKC", character)
    return equal if equal != character and all(ord(c) in known for c in equal) else ""


def _carries_marks(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM" or character in _JOINERS or character == "\u25cc"
