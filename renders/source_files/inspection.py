"""Looking at a file at the door: what it is, and whether it can be used (R5, R7)."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from renderhub.lib import child
from renders.media.probe import ProbeError, probe
from renders.source_files import images
from renders.source_files.content import SourceKind, kind_of
from renders.source_files.documents import DOCUMENT_LIMIT, read_document
from renders.source_files.refusal import SourceRefused
from renders.source_files.videos import shows_picture

_PROBE_SECONDS = 30.0
_SHORTEST_VIDEO = 0.2


@dataclass(frozen=True)
class SizeLimits:
    """Largest file of each kind, in bytes (SPEC section 19)."""

    document: int = DOCUMENT_LIMIT
    image: int = 10_000_000
    video: int = 500_000_000

    def of(self, kind: SourceKind) -> int:
        return {SourceKind.DOCUMENT: self.document, SourceKind.IMAGE: self.image, SourceKind.VIDEO: self.video}[kind]


@dataclass(frozen=True)
class SourceFile:
    """A file that can be used."""

    kind: SourceKind
    mime: str
    bytes: int
    name: str
    """What it was called, for people; never a path."""
    words: int = 0
    """Of a document."""
    width: int = 0
    height: int = 0
    """Of an image or video, px, as it is seen."""
    seconds: float = 0.0
    """Of a video."""


def inspect(
    path: Path,
    original_name: str,
    limits: SizeLimits | None = None,
    *,
    seconds: float = 60.0,
    cancel: threading.Event | None = None,
) -> SourceFile:
    """What the file is. `seconds` bounds each look at it.

    Raises SourceRefused, in plain words, for what is empty, too large, of another type, encrypted, damaged, without
    text, or a bomb; `child.ChildError` where a child could not be run, ran out of time or was cancelled.
    """
    try:
        size = path.stat().st_size
        kind, mime = kind_of(path, original_name)
    except OSError as error:
        raise SourceRefused("The file cannot be read.", "Send it again.") from error
    most = (limits or SizeLimits()).of(kind)
    if size > most:
        raise SourceRefused(
            f"The {kind.value} has {size / 1e6:.1f} MB; at most {most / 1e6:g} MB are taken.", "Send a smaller one."
        )
    name = Path(original_name.replace("\\", "/")).name[:200]
    if kind is SourceKind.DOCUMENT:
        text = read_document(path, original_name, seconds=seconds, cancel=cancel)
        return SourceFile(kind, mime, size, name, words=len(text.split()))
    if kind is SourceKind.IMAGE:
        width, height = images.size_of(path, seconds=seconds, cancel=cancel)
        return SourceFile(kind, mime, size, name, width=width, height=height)
    return _video(path, mime, size, name, seconds, cancel)


def _video(path: Path, mime: str, size: int, name: str, seconds: float, cancel: threading.Event | None) -> SourceFile:
    damaged = SourceRefused("The video is damaged and cannot be shown.", "Save it anew as MP4 (H.264) and send that.")
    try:
        about = probe(path, seconds=min(seconds, _PROBE_SECONDS), cancel=cancel)
    except (ProbeError, child.ChildFailed) as error:
        raise damaged from error
    if about.video is None:
        raise SourceRefused("There is no picture in the video, only sound.", "Send a video with a picture.")
    if not about.duration >= _SHORTEST_VIDEO:
        raise SourceRefused("The video is too short, or does not say how long it is.", "Save it anew as MP4 (H.264).")
    if not shows_picture(path, about.form, seconds=min(seconds, _PROBE_SECONDS), cancel=cancel):
        raise damaged
    video = about.video
    return SourceFile(
        SourceKind.VIDEO, mime, size, name, width=video.width, height=video.height, seconds=about.duration
    )
