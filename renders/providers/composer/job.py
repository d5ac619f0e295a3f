"""One composition while it runs: what it is made of, and what its pieces have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from renders.domain.timeline_form import Timeline
from renders.look.theme import INK, THEMES, Theme
from renders.media.cache import Cache
from renders.media.forms import Form, Kind
from renders.media.h264 import ENTRY
from renders.media.prepare import FinalForm
from renders.media.session import BadAsset, Session, checked_form


@dataclass(frozen=True)
class Job(Session):
    timeline: Timeline
    files: Mapping[str, Path]
    cache: Cache
    used: set[str] = field(default_factory=set)
    """Keys of what it took from the cache or put there; forgotten where the gate refuses the video."""

    @property
    def theme(self) -> Theme:
        return THEMES.get(self.timeline.theme, INK)

    def form(self, entry: int = ENTRY) -> FinalForm:
        timeline = self.timeline
        return FinalForm(timeline.width, timeline.height, timeline.fps, self.theme.background, entry)

    def file(self, name: str | None) -> Path:
        """The file of an asset. Raises BadAsset where there is none."""
        path = self.files.get(name or "")
        if path is None:
            raise BadAsset(f"{name}: the timeline names this asset, but there is no file for it.")
        return path

    def sound(self, name: str | None) -> tuple[Path, Form]:
        """The file of a sound and its form. Raises BadAsset."""
        path = self.file(name)
        return path, checked_form(str(name), path, Kind.AUDIO, Kind.VIDEO)
