"""A narration in stretches that a service takes at once."""

from __future__ import annotations

import re

from renders.text.sentences import split

_BREAK = re.compile(r"(?<=[,;:—–।])\s+")


def pieces(text: str, language: str, longest: int) -> list[str]:
    """`text` in order, in as few stretches as hold at most `longest` characters each: whole sentences where they are
    short enough, else whole clauses, else whole words, and of a word what fits."""
    found: list[str] = []
    for sentence in split(text, language):
        for part in _parts(sentence, longest):
            if found and len(found[-1]) + 1 + len(part) <= longest:
                found[-1] = f"{found[-1]} {part}"
            else:
                found.append(part)
    return found


def _parts(sentence: str, longest: int) -> list[str]:
    if len(sentence) <= longest:
        return [sentence]
    clauses = _BREAK.split(sentence)
    if len(clauses) == 1:
        clauses = sentence.split()
    if len(clauses) == 1:
        return [sentence[at : at + longest] for at in range(0, len(sentence), longest)]
    found: list[str] = []
    for part in (part for clause in clauses for part in _parts(clause, longest)):
        if found and len(found[-1]) + 1 + len(part) <= longest:
            found[-1] = f"{found[-1]} {part}"
        else:
            found.append(part)
    return found
