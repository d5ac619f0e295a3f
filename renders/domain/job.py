"""What may be asked for (SPEC R1): the vocabulary of a request, with its defaults."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum


class JobType(StrEnum):
    DAILY_CA = "daily_ca"
    DOUBT = "doubt"
    TOPIC_SHORT = "topic_short"


class Style(StrEnum):
    CONCISE = "concise"
    DETAILED = "detailed"
    EXAMPLE_RICH = "example-rich"


class Voice(StrEnum):
    DEFAULT = "default"
    MALE = "male"
    FEMALE = "female"


class AspectRatio(StrEnum):
    WIDE = "16:9"
    TALL = "9:16"
    SQUARE = "1:1"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the finished video in pixels."""
        return {"16:9": (1920, 1080), "9:16": (1080, 1920), "1:1": (1080, 1080)}[self.value]


class Theme(StrEnum):
    """The look of the pictures (LOOK)."""

    INK = "ink"
    PAPER = "paper"


class Priority(StrEnum):
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


_CANNOT_BE_STORED = re.compile("[\x00\ud800-\udfff]")


def is_plain(text: str) -> bool:
    """Whether `text` can be stored: no NUL, no half of a surrogate pair."""
    return _CANNOT_BE_STORED.search(text) is None


LENGTHS = (60, 120, 180)
"""Lengths on offer, in seconds of narration (R1)."""

FPS = 30
SAMPLE_RATE = 48_000
INPUT_TEXT_LIMIT = 20_000
"""Longest input text in characters (SPEC section 19)."""


@dataclass(frozen=True)
class NewsItem:
    """One item of the day, as it goes into a `daily_ca` render."""

    title: str
    text: str
    source: str = ""
    """Name of the feed or publisher, shown on the item's scene."""
    url: str = ""
    published: str = ""
    """ISO 8601 with offset, or empty where the feed does not say."""

    @classmethod
    def from_json(cls, data: dict[str, str]) -> NewsItem:
        return cls(**{name: str(data.get(name, "")) for name in ("title", "text", "source", "url", "published")})

    def to_json(self) -> dict[str, str]:
        return {
            "title": self.title,
            "text": self.text,
            "source": self.source,
            "url": self.url,
            "published": self.published,
        }


@dataclass(frozen=True)
class Source:
    """The file that came with a job (R7)."""

    key: str
    """Its place in storage."""
    name: str
    """What it was called by whoever sent it."""
    kind: str
    """`document`, `image` or `video`."""
    seconds: float = 0.0
    """Of a video."""


@dataclass(frozen=True)
class Job:
    """What one render is made from: the part of a Render row that stages may read."""

    job_type: JobType
    name: str
    input_text: str = ""
    items: tuple[NewsItem, ...] = field(default=())
    """The day's items; only for `daily_ca`."""
    style: Style = Style.DETAILED
    length: int = 60
    """Seconds of narration asked for."""
    voice: Voice = Voice.DEFAULT
    language: str = "en"
    """ISO 639-1 code."""
    aspect_ratio: AspectRatio = AspectRatio.WIDE
    target_date: str = ""
    """ISO date of the day a `daily_ca` is about; empty otherwise."""
    theme: str = "ink"
    burn_captions: bool = False
    """Whether the captions are drawn into the picture besides lying beside it (R16)."""
    source: Source | None = None
