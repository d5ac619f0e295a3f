"""Characters that no voice can say and no screen should show: taken out here, once, for all text from outside."""

from __future__ import annotations

import re
import unicodedata

# Marks and overrides of writing direction can make a text read otherwise than it is stored.
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN = re.compile(f"[{_BIDI}\u00ad\u200b\u2060-\u2064\ufeff\ufff9-\uffff\ufe00-\ufe0f]")
# Joiners shape Devanagari letters and mean nothing elsewhere (in emoji they tie pictures together).
_STRAY_JOINER = re.compile(
    "(?<![\u0900-\u0963\u0966-\u097f])[\u200c\u200d]|[\u200c\u200d](?![\u0900-\u0963\u0966-\u097f])"
)
_LINE_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029\v\f]")
_SPOKEN_SYMBOLS = frozenset("°№")
_DROPPED_CATEGORIES = frozenset({"Cc", "Cs", "Co", "Cn", "So", "Sk"})


def cleaned(text: str) -> str:
    """`text` in NFC without control, invisible, direction-changing and pictorial characters.

    Line breaks become `\\n`; other white space stays for `folded`.
    """
    text = _LINE_BREAKS.sub("\n", unicodedata.normalize("NFC", text)).replace("\t", " ")
    text = _STRAY_JOINER.sub("", _UNSEEN.sub("", text))
    return text.translate({ord(character): " " for character in set(text) if not _is_kept(character)})


def _is_kept(character: str) -> bool:
    if character == "\n" or character in _SPOKEN_SYMBOLS:
        return True
    return unicodedata.category(character) not in _DROPPED_CATEGORIES


def folded(text: str) -> str:
    """One space between words, one `\\n` between blocks, nothing at the ends."""
    lines = (re.sub(r"\s+", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def one_line(text: str) -> str:
    """`text` cleaned and folded into a single line: for titles and names."""
    return " ".join(folded(cleaned(text)).split("\n")).strip()
