"""JSON Feed 1.0 and 1.1."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from renders.feeds.errors import FeedError
from renders.feeds.raw import RawEntry


def read(text: str) -> Iterator[RawEntry]:
    """Entries of a JSON Feed. Raises FeedError where it is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FeedError(
            "The feed is no valid JSON.",
            f"It cannot be read: {str(error)[:150]}.",
            "Look at it with a JSON checker, and tell its publisher.",
        ) from error
    version = document.get("version") if isinstance(document, dict) else None
    if not isinstance(document, dict) or "jsonfeed.org/version/1" not in str(version):
        raise FeedError(
            "The answer is JSON, but no JSON Feed.",
            "A JSON Feed says so: its `version` is https://jsonfeed.org/version/1 or 1.1.",
            "Use the address of the publisher's RSS, Atom or JSON Feed.",
        )
    items = document.get("items")
    return _items(document, items if isinstance(items, list) else [])


def _items(document: dict[str, Any], items: list[Any]) -> Iterator[RawEntry]:
    for item in items:
        if not isinstance(item, dict):
            continue
        texts = (
            _text(item, "content_text", plain=True),
            _text(item, "content_html"),
            _text(item, "summary", plain=True),
        )
        yield RawEntry(
            guid=_text(item, "id"),
            title=_text(item, "title", plain=True),
            texts=tuple(text for text in texts if text),
            url=_text(item, "url") or _text(item, "external_url"),
            source=_text(document, "title", plain=True),
            dates=(_text(item, "date_published"), _text(item, "date_modified")),
            language=_text(item, "language") or _text(document, "language"),
        )


def _text(holder: dict[str, Any], key: str, *, plain: bool = False) -> str:
    """A field as text. `plain` fields hold no markup by the standard: their `<` is a less-than sign."""
    value = holder.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value)
    return text.replace("&", "&amp;").replace("<", "&lt;") if plain else text
