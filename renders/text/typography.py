"""On-screen text: numbers grouped by thin spaces, kept together with their units (LOOK). Never for narration."""

from __future__ import annotations

import re

THIN = "\u202f"
"""Narrow no-break space: as thin as wanted, and no line is broken at it."""
_NO_BREAK = "\u00a0"

_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[, \u00a0\u2009\u202f]\d{2,3})*[, \u00a0\u2009\u202f]\d{3}(?![\d])")
_LONG = re.compile(r"(?<![\d.,\u202f])\d{5,}(?![\d\u202f])")
_THEN_WORD = re.compile(r"(\d)[ \u00a0](?=(?:%|°|[^\W\d_]|[\u0900-\u0963\u0966-\u097f]))")
_PERCENT = re.compile(r"(\d)\s*%")
_MINUS = re.compile(r"(?<![\w\u0900-\u0963\u0966-\u097f\u2212)-])-(?=\d)")


def grouped(number: str) -> str:
    """`2,525` or `23600` with thin spaces: `2 525`, `23 600`. Indian grouping (`1,50,000`) is kept as it is."""
    number = _GROUPED.sub(lambda match: re.sub(r"\D", THIN, match.group()), number)
    return _LONG.sub(lambda match: re.sub(r"(?<=\d)(?=(?:\d{3})+$)", THIN, match.group()), number)


def on_screen(text: str) -> str:
    """`text` with numbers grouped, a true minus, and each number on the line of the word after it."""
    text = _MINUS.sub("\u2212", grouped(text))
    return _PERCENT.sub(rf"\1{THIN}%", _THEN_WORD.sub(rf"\1{_NO_BREAK}", text))
