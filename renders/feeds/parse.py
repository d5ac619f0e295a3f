"""Bytes of RSS 0.9 to 2.0, RDF, Atom or JSON Feed to clean entries (R3). Never fails but with FeedError."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from renders.feeds import json_feed, xml_feed
from renders.feeds.dates import parse_feed_date
from renders.feeds.encoding import decoded
from renders.feeds.entry import FeedEntry
from renders.feeds.errors import FeedError
from renders.feeds.raw import RawEntry
from renders.feeds.source import SIZE_LIMIT, too_large
from renders.text.characters import one_line
from renders.text.credits import without_credits
from renders.text.languages import SUPPORTED, base_language
from renders.text.markup import plain_text

MOST_ENTRIES = 500
LONGEST_MARKUP = 100_000
"""Characters of one entry that are looked at: far more than a script can use."""
LONGEST_TEXT = 20_000
LONGEST_TITLE = 300
LONGEST_ADDRESS = 2_000


def parse(data: bytes) -> list[FeedEntry]:
    """Entries in the feed's order, at most `MOST_ENTRIES`, each with a title or a text.

    Raises FeedError where `data` is empty, too large, no feed, unsafe XML, or holds no usable entry.
    """
    if len(data) > SIZE_LIMIT:
        raise too_large("The feed")
    text = decoded(data).lstrip("\ufeff \t\r\n")
    if not text:
        raise FeedError(
            "The feed is empty.",
            "There is nothing to make a video of.",
            "Check the feed's address; if it is right, its publisher has a fault.",
        )
    try:
        raw = json_feed.read(text) if text[0] in "{[" else xml_feed.read(text, MOST_ENTRIES)
        entries = _entries(raw)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise FeedError(
            f"The feed cannot be understood: {type(error).__name__}.",
            "It is damaged in a way that feed readers do not repair.",
            "Look at it with a feed validator, and tell its publisher.",
        ) from error
    if not entries:
        raise FeedError(
            "The feed has no entries.",
            "There is nothing to make a video of.",
            "Wait until its publisher writes something, or use another feed.",
        )
    return entries


def _entries(raw: Iterable[RawEntry]) -> list[FeedEntry]:
    found: list[FeedEntry] = []
    for entry in raw:
        if len(found) == MOST_ENTRIES:
            break
        clean = _clean(entry)
        if clean is not None:
            found.append(clean)
    return found


def _clean(raw: RawEntry) -> FeedEntry | None:
    language = base_language(raw.language)
    rules = language if language in SUPPORTED else "en"
    title = _cut(one_line(plain_text(raw.title[:LONGEST_MARKUP])), LONGEST_TITLE)
    candidates = (without_credits(plain_text(markup[:LONGEST_MARKUP]), rules) for markup in raw.texts)
    text = _cut(next((candidate for candidate in candidates if candidate), ""), LONGEST_TEXT)
    if not title and not text:
        return None
    url = one_line(raw.url)[:LONGEST_ADDRESS]
    url = url if url.lower().startswith(("http://", "https://")) else ""
    return FeedEntry(
        guid=one_line(raw.guid)[:LONGEST_ADDRESS] or url or _digest(title, text),
        title=title,
        text=text,
        url=url,
        source=_cut(one_line(plain_text(raw.source[:LONGEST_MARKUP])), LONGEST_TITLE),
        published=next((moment for date in raw.dates if (moment := parse_feed_date(date))), None),
        language=language,
    )


def _cut(text: str, limit: int) -> str:
    """`text` within `limit` characters, cut at a space."""
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0]


def _digest(title: str, text: str) -> str:
    return "sha256:" + hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()
