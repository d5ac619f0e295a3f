"""An entry as it stands in the feed, before cleaning: what the readers of each format hand on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RawEntry:
    """All of it is text from outside, of any size and content."""

    guid: str
    title: str
    texts: tuple[str, ...]
    """Markup of the entry's text, best first."""
    url: str
    source: str
    dates: tuple[str, ...]
    """Date of publication, then of the last change."""
    language: str
