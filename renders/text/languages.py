"""The languages that scripts can be made in on this machine, and telling whether a text is in one of them."""

from __future__ import annotations

import re

SUPPORTED = ("en", "ru", "hi")
"""ISO 639-1 codes."""

NAMES = {"en": "English", "ru": "Russian", "hi": "Hindi"}

FULL_STOP = {"en": ".", "ru": ".", "hi": "।"}

_SCRIPTS = {
    "en": re.compile(r"[A-Za-z\u00c0-\u024f]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "hi": re.compile(r"[\u0900-\u0963\u0966-\u097f]"),
}
_LETTER = re.compile(r"[^\W\d_]|[\u0900-\u0963\u0966-\u097f]")


def base_language(code: str) -> str:
    """`en` of `en-US` or `EN_us`; empty for what is no language code."""
    match = re.match(r"\s*([A-Za-z]{2,3})(?:[-_]|\s*$)", code)
    return match.group(1).lower() if match else ""


def is_written_in(text: str, language: str) -> bool:
    """Whether most letters of `text` belong to the script that `language` is written in.

    Tells Hindi from English, not English from German: that takes a dictionary, and a wrong "no" would cost
    a video. A text without letters is in every language.
    """
    letters = len(_LETTER.findall(text))
    return letters == 0 or 2 * len(_SCRIPTS[language].findall(text)) > letters


def with_full_stop(text: str, language: str) -> str:
    """`text` closed by the language's full stop, unless it is closed already."""
    text = text.rstrip(" ,;:–—-")
    if not text or re.search(r"[.!?…।॥][»”\"')\]]*$", text):
        return text
    return text + FULL_STOP[language]


def without_full_stop(text: str) -> str:
    """`text` as a headline or a point: no full stop, no exclamation; a question mark stays."""
    return re.sub(r"(?<!\.)[.।!]$", "", text.strip()).rstrip(" ,;:–—")
