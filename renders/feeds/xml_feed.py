"""RSS 0.9 to 2.0, RDF and Atom, by way of feedparser."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import feedparser

from renders.feeds.errors import FeedError
from renders.feeds.raw import RawEntry
from renders.feeds.xml_guard import guarded

_DECLARATION = re.compile(r"^<\?xml[^>]{0,500}\?>")
_HTML = re.compile(r"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)


def read(text: str, most_entries: int) -> Iterator[RawEntry]:
    """At most `most_entries` of an XML feed. Raises FeedError where it is none or not safe to read."""
    # The text is decoded already: a declaration of another encoding would only mislead.
    text = guarded(_DECLARATION.sub("", text, count=1), most_entries)
    # As a stream: feedparser would open bytes or a string that look like a path or an address.
    # Its sanitizer is left out, because no markup survives our own cleaning.
    parsed = feedparser.parse(
        io.BytesIO(b"\xef\xbb\xbf" + text.encode()), sanitize_html=False, resolve_relative_uris=False
    )
    if not parsed.get("version") and not parsed.entries:
        raise _no_feed(text)
    return _entries(parsed)


def _entries(parsed: Any) -> Iterator[RawEntry]:
    feed = parsed.feed
    for entry in parsed.entries:
        contents = [str(part.get("value", "")) for part in entry.get("content", [])]
        source = entry.get("source") or {}
        yield RawEntry(
            guid=str(entry.get("id", "")),
            title=str(entry.get("title", "")),
            texts=_best_first(str(entry.get("summary", "")), contents),
            url=str(entry.get("link", "")),
            source=str(source.get("title") or feed.get("title", "")),
            # Not entry.get: where "updated" is missing, feedparser answers with "published" and a warning.
            dates=tuple(str(dict.get(entry, name) or "") for name in ("published", "updated", "created")),
            language=str(_content_language(entry) or feed.get("language", "")),
        )


def _best_first(summary: str, contents: list[str]) -> tuple[str, ...]:
    """The full content before the summary, which often is its beginning, cut short."""
    return tuple(text for text in (*sorted(contents, key=len, reverse=True), summary) if text.strip())


def _content_language(entry: Any) -> str:
    detail = entry.get("title_detail") or {}
    return str(detail.get("language") or "")


def _no_feed(text: str) -> FeedError:
    if _HTML.search(text[:5000]):
        return FeedError(
            "The address leads to a web page, not to a feed.",
            "A page has no entries that could be read by date.",
            "Look for the page's RSS or Atom link and enter that.",
        )
    return FeedError(
        "The answer is no feed that is known.",
        "RSS 0.9 to 2.0, RDF, Atom and JSON Feed can be read.",
        "Check the feed's address.",
    )
