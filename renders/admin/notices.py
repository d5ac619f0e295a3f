"""What the console's first page says is wrong now. The apps above register what they know of (open alerts)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Notice:
    badge: SafeString
    title: str
    url: str
    details: str
    since: datetime
    count: int = 1


Source = Callable[[HttpRequest], Sequence[Notice]]
_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """`source` answers what the one who asks may see, the gravest first, in one query."""
    _sources[name] = source


def of(request: HttpRequest) -> list[Notice]:
    return [notice for source in _sources.values() for notice in source(request)]
