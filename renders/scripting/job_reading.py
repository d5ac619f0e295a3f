"""The job out of a `script_gen` request's payload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renders.domain.job import INPUT_TEXT_LIMIT, AspectRatio, Job, JobType, NewsItem, Style

MOST_ITEMS = 12
LONGEST_ITEM = 8_000
"""Characters of one item that are looked at."""
LENGTH_BOUNDS = (15, 600)
"""Seconds."""


class BadJob(Exception):
    """The input cannot become a script here. `message` says what is wrong, `remedy` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy


class NeedsChat(BadJob):
    """The input can become a script, but only one that is written by a model (R8)."""


def read_job(payload: Mapping[str, Any]) -> Job:
    """The job, its texts bounded in size. Raises BadJob for a payload that holds none."""
    data = payload.get("job")
    if not isinstance(data, Mapping):
        raise BadJob("The request holds no job.", "Start the render again.")
    try:
        length = int(data.get("length", 60))
        items = data.get("items") or []
        return Job(
            job_type=JobType(str(data.get("job_type", ""))),
            name=str(data.get("name", ""))[:300],
            input_text=str(data.get("input_text", ""))[:INPUT_TEXT_LIMIT],
            items=tuple(_item(item) for item in list(items)[:MOST_ITEMS]),
            style=Style(str(data.get("style", Style.DETAILED))),
            length=min(max(length, LENGTH_BOUNDS[0]), LENGTH_BOUNDS[1]),
            language=str(data.get("language", "en")),
            aspect_ratio=AspectRatio(str(data.get("aspect_ratio", AspectRatio.WIDE))),
            target_date=str(data.get("target_date", "")),
        )
    except (TypeError, ValueError) as error:
        raise BadJob(f"The job cannot be read: {str(error)[:200]}.", "Start the render again.") from error


def _item(data: Any) -> NewsItem:
    if not isinstance(data, Mapping):
        raise TypeError("an item is no object")
    item = NewsItem.from_json({str(key): str(value) for key, value in data.items()})
    return NewsItem(item.title[:300], item.text[:LONGEST_ITEM], item.source[:200], item.url[:2000], item.published[:40])
