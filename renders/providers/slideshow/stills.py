"""One picture of the video's size for each slot of a timeline, whatever there is to show in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from renders.domain.timeline_form import ClipKind, Timeline, VisualClip
from renders.look.card import draw_card
from renders.look.theme import INK, THEMES
from renders.media.forms import Form, Kind
from renders.media.session import BadAsset, Session, checked_form, source

_LAST_SECONDS = 0.5


def make(timeline: Timeline, files: Mapping[str, Path], session: Session) -> tuple[list[Path], list[str]]:
    """The pictures in order, and the segments for which only a card could be made. Raises child.ChildError, OSError."""
    stills: list[Path] = []
    replaced: list[str] = []
    for number, clip in enumerate(timeline.tracks.visuals):
        out = session.folder / f"still{number}.png"
        if clip.kind is ClipKind.PLACEHOLDER:
            _card(timeline, clip, out)
        else:
            try:
                _taken(timeline, clip, files, out, session)
            except BadAsset:
                # Better a card than no video: this is the last one that is asked.
                _card(timeline, clip, out)
                replaced.append(clip.segment)
        stills.append(out)
    return stills, replaced


def _card(timeline: Timeline, clip: VisualClip, out: Path) -> None:
    draw_card(clip.headline, THEMES.get(timeline.theme, INK), (timeline.width, timeline.height), out)


def _taken(timeline: Timeline, clip: VisualClip, files: Mapping[str, Path], out: Path, session: Session) -> None:
    """A picture as it is; of a clip the last frame, for there all has come in that it shows. Raises BadAsset."""
    name = str(clip.asset)
    path = files.get(name)
    if path is None:
        raise BadAsset(f"{name}: the timeline names this asset, but there is no file for it.")
    form = checked_form(name, path, Kind.IMAGE, Kind.VIDEO)
    for before in _places(form):
        out.unlink(missing_ok=True)
        session.ffmpeg(
            [
                *(*form.arguments(), *before, "-i", source(path), "-map", "0:v:0"),
                *("-vf", _fitted(timeline), "-update", "1", "-f", "image2", out.name),
            ],
            reads=name,
        )
        if out.is_file():
            return
    raise BadAsset(f"{name}: there is no picture in it.")


def _places(form: Form) -> list[list[str]]:
    """From where on frames are read, of which the last one stays: a clip whose end cannot be found is read whole."""
    return [[]] if form.kind is Kind.IMAGE else [["-sseof", f"-{_LAST_SECONDS}"], []]


def _fitted(timeline: Timeline) -> str:
    margin = "0x{:02x}{:02x}{:02x}".format(*THEMES.get(timeline.theme, INK).background)
    size = f"{timeline.width}:{timeline.height}"
    return (
        f"scale={size}:force_original_aspect_ratio=decrease:reset_sar=1:flags=bicubic+accurate_rnd,format=rgb24,"
        f"pad={size}:-1:-1:color={margin},setsar=1"
    )
