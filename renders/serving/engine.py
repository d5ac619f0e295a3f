"""What an engine is to the service that is built around it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from renders.domain.errors import GenerationError
from renders.domain.outcomes import Err, Ok, Outcome
from renders.serving.refused import not_made


@dataclass(frozen=True)
class Task:
    """One order at work. `until`: by the monotonic clock; `cancelled`: set when nobody wants it any more."""

    folder: Path
    until: float
    cancelled: threading.Event


@dataclass(frozen=True)
class Made:
    video: Path
    duration: float
    """Seconds."""
    thumbnail: Path | None = None


class Engine(Protocol):
    name: str
    by_url: bool
    """Whether the answer says where the video is (true), or is the video (false)."""

    def read(self, asked: Mapping[str, Any]) -> Any:
        """The order, checked field by field. Raises `Refused`."""
        ...

    def make(self, order: Any, task: Task) -> Made:
        """Raises `Refused`."""
        ...

    def ping(self, seconds: float) -> GenerationError | None: ...


def made_of(outcome: Outcome) -> Made:
    """What a local provider made. Raises `Refused` where it made nothing."""
    match outcome:
        case Ok(result, files):
            return Made(files["video"], float(result["duration"]), files.get("thumbnail"))
        case Err(error):
            raise not_made(error)
        case _:
            raise TypeError("a local engine answers at once")
