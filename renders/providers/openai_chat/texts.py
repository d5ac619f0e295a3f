"""Texts of a model, made fit to be said and shown: cleaned, without markup, bounded (I9)."""

from __future__ import annotations

import re

from renders.text.characters import one_line
from renders.text.languages import with_full_stop
from renders.text.markup import without_urls
from renders.text.typography import on_screen

_MARKS = re.compile(r"\*{1,3}|_{2,3}|`+|^\s{0,3}#{1,6}\s+|^\s{0,3}>\s?", re.MULTILINE)
_LINKS = re.compile(r"!?\[([^\[\]]{0,200})\]\([^()\s]{0,500}\)")
_ITEM = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+", re.MULTILINE)
_DIRECTION = re.compile(
    r"[\[({<](?:pause|music|sound|sfx|beat|narrator|voice ?over)\b[^\])}>]{0,60}[\])}>]", re.IGNORECASE
)
_SPACE_BEFORE_STOP = re.compile(r" +([,.;:!?](?:\s|$))")


def plain(text: str, longest: int) -> str:
    """One line without markup, links and unseen characters, of at most `longest` characters, cut between words."""
    bare = _MARKS.sub("", _ITEM.sub("", _LINKS.sub(r"\1", text[: 4 * longest])))
    bare = one_line(without_urls(_DIRECTION.sub(" ", bare)))
    bare = _SPACE_BEFORE_STOP.sub(r"\1", bare)
    return bare if len(bare) <= longest else bare[:longest].rsplit(" ", 1)[0].rstrip(" ,;:–—-")


def shown(text: str, longest: int) -> str:
    """The same for a screen."""
    return on_screen(plain(text, longest))


def said(text: str, longest: int, language: str) -> str:
    """The same for a voice: ends as a sentence does."""
    bare = plain(text, longest)
    return with_full_stop(bare, language) if bare else ""
