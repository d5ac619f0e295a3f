"""The timeline of the composing benchmark: the geometry of `one_graph.sh`, for RenderHub's composer."""

from __future__ import annotations

from pathlib import Path

from renders.captions.webvtt import Line, read
from renders.domain.states import AssetStatus
from renders.domain.timeline import Caption, Chapter, ClipKind, SoundClip, Timeline, Tracks, Transition, VisualClip
from renders.domain.timeline_form import TransitionKind, seconds

FPS, TOTAL, COUNT = 30, 1800, 12
EACH, OVERLAP = 5.4583, 0.5


def visuals(folder: Path) -> dict[str, Path]:
    """The twelve assets in order: a still, a clip, a still..."""
    names = [f"{kind}{at}" for at in range(COUNT // 2) for kind in ("still", "clip")]
    return {name: folder / f"{name}.{'png' if name.startswith('still') else 'mp4'}" for name in names}


def files(folder: Path) -> dict[str, Path]:
    return visuals(folder) | {"voice": folder / "voice.wav", "music": folder / "music.wav"}


def timeline(folder: Path, *, burned: bool) -> Timeline:
    edges = [0, *(round((at * (EACH - OVERLAP) + OVERLAP / 2) * FPS) for at in range(1, COUNT)), TOTAL]
    fade, clips = Transition(TransitionKind.FADE, OVERLAP), []
    for at, name in enumerate(visuals(folder)):
        kind = ClipKind.IMAGE if name.startswith("still") else ClipKind.VIDEO
        start, length = seconds(edges[at], FPS), seconds(edges[at + 1] - edges[at], FPS)
        transition = fade if at else Transition()
        clips.append(VisualClip(name, start, length, kind, name, AssetStatus.GENERATED, None, None, name, transition))
    return Timeline(
        width=1920,
        height=1080,
        fps=FPS,
        duration=TOTAL / FPS,
        language="en",
        title="Benchmark",
        theme="ink",
        tracks=Tracks(
            tuple(clips),
            (SoundClip("still0", 0.0, 60.0, ClipKind.NARRATION, "voice", AssetStatus.GENERATED),),
            (SoundClip(None, 0.0, 60.0, ClipKind.MUSIC, "music", AssetStatus.GENERATED),),
            tuple(Caption("still0", line.start, line.end - line.start, line.text) for line in captions(folder)),
        ),
        chapters=tuple(Chapter(clip.start, clip.duration, clip.headline) for clip in clips),
        burn_captions=burned,
    )


def captions(folder: Path) -> list[Line]:
    """SubRip is WebVTT with commas, for texts as plain as these."""
    text = (folder / "captions.srt").read_text(encoding="utf-8").replace(",0", ".0").replace(",8", ".8")
    return read("WEBVTT\n\n" + text)
