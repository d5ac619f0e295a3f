"""Brings a video that somebody else made into the form of a finished one (R16): what fits is copied, what does not is
made anew: picture, colours, sound, loudness, chapters, an index at the front. What it shows and says is not touched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from renders.domain.job import SAMPLE_RATE
from renders.media import h264, loudness, mastering
from renders.media.gate import Fault, Measured
from renders.media.probe import MediaInfo
from renders.media.session import Session, source

PICTURE = frozenset({"form", "colour", "size", "fps"})
"""Faults (`gate.verdict`) that another encoding of the picture cures."""
SOUND = frozenset({"audio form", "loudness", "peak"})
PACKING = frozenset({"faststart"})
CURABLE = PICTURE | SOUND | PACKING
"""All others are faults of the video itself."""
_HIGH_QUALITY = ("-preset", "veryfast", "-crf", "19")


@dataclass(frozen=True)
class Form:
    """What the finished video is to be."""

    width: int
    height: int
    fps: int
    notes: str = ""
    """Title and chapters as FFmpeg's metadata (`notes.metadata`); its own ones stay where this is empty."""


def is_curable(faults: list[Fault]) -> bool:
    checks = {fault.check for fault in faults}
    # At another rate there are other numbers of frames for the same time.
    return checks <= (CURABLE | {"frames"} if "fps" in checks else CURABLE)


def finish(video: Path, found: Measured, faults: list[Fault], form: Form, session: Session) -> Path:
    """The finished video beside the given one. Raises child.ChildError."""
    assert found.info is not None
    wrong = {fault.check for fault in faults}
    sound = _mastered(video, found.info, session) if found.info.audio and wrong & SOUND else None
    inputs: list[str | Path] = [*found.info.form.arguments(), "-i", source(video)]
    maps = ["-map", "0:v:0"]
    if sound is not None:
        inputs += ["-f", "mov", "-i", source(sound)]
    if found.info.audio:
        maps += ["-map", "1:a:0" if sound else "0:a:0"]
    if form.notes:
        about = session.scratch(".txt")
        about.write_text(form.notes, encoding="utf-8")
        number = str(2 if sound else 1)
        inputs += ["-f", "ffmetadata", "-i", about.name]
        maps += ["-map_metadata", number, "-map_chapters", number]
    out = session.scratch(".mp4")
    picture = _encoded(found.info, form) if wrong & PICTURE else ["-c:v", "copy"]
    session.ffmpeg([*inputs, *maps, *picture, "-c:a", "copy", "-movflags", "+faststart", "-f", "mp4", out.name])
    return out


def _encoded(info: MediaInfo, form: Form) -> list[str]:
    """FFmpeg's arguments for a picture in the final form, with BT.709 computed and not only claimed."""
    size = f"{form.width}:{form.height}"
    graph = (
        f"fps={form.fps},scale={size}:force_original_aspect_ratio=decrease:reset_sar=1:in_color_matrix={_matrix(info)}"
        ":out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p,"
        f"pad={size}:-1:-1,{h264.MARKED}"
    )
    colours = "colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv"
    return [
        *("-vf", graph, "-c:v", "libx264", *_HIGH_QUALITY, "-profile:v", "high", "-pix_fmt", "yuv420p"),
        *("-x264-params", colours, "-r", str(form.fps), "-fps_mode", "cfr"),
    ]


def _matrix(info: MediaInfo) -> str:
    """How its colours are coded; where it does not say, by its size, as players do."""
    told = {1: "bt709", 5: "bt601", 6: "bt601", 9: "bt2020"}
    video = info.video
    if video is None:
        return "auto"
    return told.get(video.colour.get("matrix", 2)) or ("bt709" if video.height >= 720 else "bt601")


def _mastered(video: Path, info: MediaInfo, session: Session) -> Path:
    mix, out = session.scratch(".wav"), session.scratch(".m4a")
    form = f"aformat=sample_fmts=flt:sample_rates={SAMPLE_RATE}:channel_layouts=stereo"
    log = session.ffmpeg(
        [
            *(*info.form.arguments(), "-i", source(video)),
            *("-filter_complex", f"[0:a:0]{form},asplit[out][meter];[meter]{mastering.limited()}[heard]"),
            *("-map", "[out]", "-c:a", "pcm_f32le", mix.name, "-map", "[heard]", "-f", "null", "-"),
        ]
    )
    mastering.master(session, mix, loudness.measured(log)["master"], out)
    mix.unlink()
    return out
