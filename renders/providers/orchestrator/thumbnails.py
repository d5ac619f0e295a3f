"""The still by which the video is chosen: theirs, or one of the video's own pictures."""

from __future__ import annotations

from pathlib import Path

from renderhub.lib import child
from renders.media.forms import MP4, STRICT, Kind
from renders.media.session import BadAsset, Session, checked_form, source

_LONGEST_SIDE = 1280
_AT = 1 / 3
"""Of the video, where its own picture is taken: by then something is shown."""


def make(given: Path | None, video: Path, duration: float, session: Session) -> Path:
    """A JPEG of at most 1280 px a side. Raises child.ChildError."""
    out = session.folder / "thumbnail.jpg"
    if given is not None and _of_image(given, out, session):
        return out
    before = ["-ss", f"{duration * _AT:.3f}", "-f", MP4.demuxer, *STRICT]
    session.ffmpeg([*before, "-i", source(video), "-map", "0:v:0", *_jpeg(), out.name])
    return out


def _of_image(given: Path, out: Path, session: Session) -> bool:
    """Decoded and encoded anew in a child: nothing of what a stranger sent is handed on as it came."""
    try:
        form = checked_form("thumbnail", given, Kind.IMAGE)
        session.ffmpeg([*form.arguments(), "-i", source(given), *_jpeg(), out.name], reads="thumbnail")
    except (BadAsset, child.ChildFailed):
        return False
    return out.is_file() and out.stat().st_size > 0


def _jpeg() -> list[str]:
    side = f"min({_LONGEST_SIDE},iw)"
    scaled = f"scale='if(gte(iw,ih),{side},-2)':'if(gte(iw,ih),-2,min({_LONGEST_SIDE},ih))'"
    return ["-frames:v", "1", "-vf", f"{scaled},format=yuvj420p", "-q:v", "3", "-f", "image2", "-update", "1"]
