"""Splitting text into sentences in English, Russian and Hindi."""

from __future__ import annotations

import re

from renders.text.abbreviations import NEVER_LAST, OPENERS, SOMETIMES_LAST

_END = re.compile(r"([.!?…।॥]+)([»”\"'’)\]]*)(\s+|$)")
_LAST_WORD = re.compile(r"[\w.\u0900-\u0963\u0966-\u097f-]*$")
_AND_SO_ON = re.compile(r"(?:\bт\.\s?[дп]|\bи (?:др|пр)|\betc)$", re.IGNORECASE)
_INITIAL_NEXT = re.compile(r"[^\W\d_]\.")
_FIRST_WORD = re.compile(r"[«“\"'‘(\[]*([\w\u0900-\u0963\u0966-\u097f’'-]*)")
_PAIRS = (("“", "”"), ("«", "»"), ("(", ")"), ("[", "]"))
_LONGEST_REUNION = 3
"""Pieces that an open quotation mark may hold together; beyond that the mark was simply never closed."""


def split(text: str, language: str) -> list[str]:
    """Sentences of `text` in order, each folded to one line. A line break always ends a sentence."""
    found: list[str] = []
    for line in text.split("\n"):
        found += _reunite(_split_line(re.sub(r"\s+", " ", line).strip(), language))
    return found


def _split_line(line: str, language: str) -> list[str]:
    pieces, start = [], 0
    for match in _END.finditer(line):
        if match.end() < len(line) and _goes_on(line[start : match.start()], match, line[match.end() :], language):
            continue
        pieces.append(line[start : match.end()].strip())
        start = match.end()
    return [piece for piece in (*pieces, line[start:].strip()) if re.search(r"[^\W_]", piece)]


def _goes_on(before: str, stop: re.Match[str], after: str, language: str) -> bool:
    """Whether the sentence goes on after this stop."""
    following = _FIRST_WORD.match(after)
    next_word = following.group(1) if following else ""
    if stop.group(1) == "…" or stop.group(1).startswith(".."):
        return next_word[:1].islower()
    if stop.group(1) != ".":
        # "Space Station Bound!" he said: a quotation's mark does not end the sentence around it.
        return next_word[:1].islower()
    if next_word[:1].islower() or after[:1] in ",;:–—":
        return True
    if stop.group(2) or _AND_SO_ON.search(before):
        return False
    word_match = _LAST_WORD.search(before)
    word = (word_match.group() if word_match else "").strip(".-").lower()
    if _is_initial(word, before):
        return next_word.lower() not in OPENERS[language] or _INITIAL_NEXT.match(after) is not None
    if word in NEVER_LAST[language]:
        return True
    return word in SOMETIMES_LAST[language] and next_word.lower() not in OPENERS[language]


def _is_initial(word: str, before: str) -> bool:
    return len(word) == 1 and word.isalpha() and before.rstrip(".")[-1:].isupper()


def _reunite(pieces: list[str]) -> list[str]:
    """Join pieces while a quotation mark or bracket stays open across them."""
    joined: list[str] = []
    index = 0
    while index < len(pieces):
        taken = 1
        if not _is_balanced(pieces[index]):
            for count in range(2, _LONGEST_REUNION + 1):
                candidate = " ".join(pieces[index : index + count])
                if index + count <= len(pieces) and _is_balanced(candidate):
                    taken = count
                    break
        joined.append(" ".join(pieces[index : index + taken]))
        index += taken
    return joined


def _is_balanced(text: str) -> bool:
    return text.count('"') % 2 == 0 and all(text.count(left) == text.count(right) for left, right in _PAIRS)
