"""Feeds of made-up news, and subscriptions to them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from renders.models import DailySubscription, Feed
from tests.support import pipeline

STORIES = (
    "A telescope saw a comet break apart",
    "Engineers opened a bridge over the strait",
    "Doctors tried a malaria vaccine in Ghana",
    "A museum found a lost painting",
    "Farmers grew wheat in salty soil",
    "Sailors mapped an unknown reef",
    "Bakers won a prize for rye bread",
    "Chemists recycled batteries with vinegar",
    "A choir of thousands sang at dawn",
    "Wolves came back to the northern forest",
    "Astronomers weighed a distant planet",
    "A village rebuilt its medieval bell tower",
)


def entries(newest: datetime, titles: Sequence[str] = STORIES[:4], *, first: int = 0) -> list[dict[str, Any]]:
    """Entries a minute apart, the newest first."""
    return [
        {
            "id": f"{first + number}",
            "url": f"https://example.org/{first + number}",
            "title": title,
            "content_text": f"{title} on Sunday. It took the people who worked at it three years to do.",
            "date_published": (newest - timedelta(minutes=number)).isoformat(),
        }
        for number, title in enumerate(titles)
    ]


def json_feed(items: Sequence[dict[str, Any]], title: str = "The News", language: str = "en") -> str:
    head = {"version": "https://jsonfeed.org/version/1.1", "title": title, "language": language}
    return json.dumps(head | {"items": list(items)})


def feed(folder: Path, name: str, items: Sequence[dict[str, Any]], title: str = "The News") -> Feed:
    """A feed whose file can be written anew by `rewrite`."""
    path = folder / f"{name}.json"
    path.write_text(json_feed(items, title), encoding="utf-8")
    return Feed.objects.create(title=name, source=str(path))


def rewrite(feed: Feed, items: Sequence[dict[str, Any]] | str, title: str = "The News") -> None:
    text = items if isinstance(items, str) else json_feed(items, title)
    Path(feed.source).write_text(text, encoding="utf-8")


def subscribe(*feeds: Feed, since: datetime, at: time = time(4), slug: str = "test", **more: Any) -> DailySubscription:
    subscription = DailySubscription.objects.create(workspace=pipeline.workspace(slug), at=at, since=since, **more)
    subscription.feeds.set(feeds)
    return subscription
