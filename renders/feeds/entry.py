"""One entry of a feed, cleaned: the form in which all kinds of feeds leave this package."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from renders.domain.job import NewsItem


@dataclass(frozen=True)
class FeedEntry:
    guid: str
    """What the feed calls it; its address or a digest of its words where the feed gives none."""
    title: str
    """One line of plain text."""
    text: str
    """Plain text, a line per paragraph: no markup, credits, addresses or "read more"."""
    url: str
    """http(s), or empty."""
    source: str
    """Name of the feed or, in a feed of feeds, of the entry's own source."""
    published: datetime | None
    """Aware, with the offset that the feed gives: its calendar day is the publisher's. None where the feed does not say
    or nobody can read it."""
    language: str
    """ISO 639-1 code that the feed states; empty where it states none."""

    def to_news_item(self) -> NewsItem:
        """The entry as an item of a `daily_ca` job."""
        published = self.published.isoformat() if self.published else ""
        return NewsItem(self.title, self.text, self.source, self.url, published)

    def to_json(self) -> dict[str, Any]:
        """For the way from a reading child to its parent."""
        return asdict(self) | {"published": self.published.isoformat() if self.published else None}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> FeedEntry:
        published = told["published"]
        return cls(**(told | {"published": datetime.fromisoformat(published) if published else None}))
