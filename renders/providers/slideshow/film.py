"""Stills and voices as one video, by one FFmpeg graph; then its sound at the right loudness, packed with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import renders.look
from renders.captions import ass
from renders.captions.webvtt import Line
from renders.domain.job import SAMPLE_RATE
from renders.domain.timeline_form import SoundClip, Timeline
from renders.media import h264, loudness, mastering, notes
from renders.media.forms import Kind
from renders.media.session import BadAsset, Session, checked_form, source

_FONTS = Path(renders.look.__file__).with_name("fonts")
_FORM = f"aformat=sample_fmts=flt:sample_rates={SAMPLE_RATE}:channel_layouts=stereo"
_ENCODER = ("-c:v", "libx264", "-preset", "ultrafast", "-tune", "stillimage", "-crf", "20", "-profile:v", "high")
_COLOURS = "colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv:cabac=1:8x8dct=1"


def make(timeline: Timeline, stills: Sequence[Path], files: Mapping[str, Path], session: Session) -> Path:
    """The finished MP4. Raises BadAsset where a voice cannot be heard, child.ChildError."""
    voices = [clip for clip in timeline.tracks.narration if clip.asset is not None]
    picture, mix, sound = (session.folder / name for name in ("picture.mp4", "mix.wav", "sound.m4a"))
    total = timeline.total_frames * SAMPLE_RATE // timeline.fps
    inputs, names = _inputs(stills, voices, files)
    graph = [_pictures(timeline, session)]
    heard: list[str] = []
    if voices:
        graph += _voices(voices, len(stills), total)
        heard = ["-map", "[mix]", "-c:a", "pcm_f32le", mix.name, "-map", "[heard]", "-f", "null", "-"]
    colours = ("-pix_fmt", "yuv420p", "-x264-params", _COLOURS, "-r", str(timeline.fps), "-fps_mode", "cfr")
    log = session.ffmpeg(
        [
            *(*inputs, "-filter_complex", ";".join(graph)),
            *("-map", "[v]", *_ENCODER, *colours, "-f", "mp4", picture.name, *heard),
        ],
        reads=" or ".join(names),
    )
    if voices:
        mastering.master(session, mix, loudness.measured(log)["master"], sound)
    else:
        mastering.silence(session, total, sound)
    return _packed(timeline, picture, sound, session)


def _inputs(
    stills: Sequence[Path], voices: Sequence[SoundClip], files: Mapping[str, Path]
) -> tuple[list[str], list[str]]:
    arguments: list[str] = []
    for still in stills:
        arguments += ["-f", "png_pipe", "-i", still.name]
    names: list[str] = []
    for clip in voices:
        name = str(clip.asset)
        path = files.get(name)
        if path is None:
            raise BadAsset(f"{name}: the timeline names this asset, but there is no file for it.")
        form = checked_form(name, path, Kind.AUDIO, Kind.VIDEO)
        arguments += [*form.arguments(), "-i", source(path)]
        names.append(name)
    return arguments, names


def _pictures(timeline: Timeline, session: Session) -> str:
    """Each still for as many frames as its slot has, one after the other, cut hard."""
    fps, parts = timeline.fps, []
    slots = timeline.tracks.visuals
    for number, clip in enumerate(slots):
        frames = timeline.frames(clip.start + clip.duration) - timeline.frames(clip.start)
        parts.append(
            f"[{number}:v]{h264.TO_BT709},loop=loop=-1:size=1,trim=end_frame={frames},settb=1/{fps},setpts=N,"
            f"fps={fps}[s{number}]"
        )
    shown = "".join(f"[s{number}]" for number in range(len(slots)))
    burned = _burned(timeline, session)
    parts.append(f"{shown}concat=n={len(slots)}:v=1:a=0{burned},format=yuv420p,{h264.MARKED}[v]")
    return ";".join(parts)


def _burned(timeline: Timeline, session: Session) -> str:
    """Filters that draw the captions, where they are wanted. Their text reaches FFmpeg in a file of a plain name."""
    captions = timeline.tracks.captions
    if not timeline.burn_captions or not captions:
        return ""
    (session.folder / "fonts").symlink_to(_FONTS, target_is_directory=True)
    lines = [Line(one.start, one.start + one.duration, one.text) for one in captions]
    theme = timeline.theme if timeline.theme in ass.COLOURS else "ink"
    (session.folder / "burned.ass").write_text(ass.written(lines, timeline.width, timeline.height, theme), "utf-8")
    return ",subtitles=filename=burned.ass:fontsdir=fonts"


def _voices(voices: Sequence[SoundClip], first: int, total: int) -> list[str]:
    """Every voice in its place, added up; and what the limiter alone would make of that, measured."""
    graph = []
    for number, clip in enumerate(voices):
        start = max(0, round(clip.start * SAMPLE_RATE))
        graph.append(f"[{first + number}:a:0]{_FORM},adelay={start}S:all=1,apad=whole_len={total}[a{number}]")
    added = "".join(f"[a{number}]" for number in range(len(voices)))
    graph.append(
        f"{added}amix=inputs={len(voices)}:normalize=0,atrim=end_sample={total},asplit[mix][meter];"
        f"[meter]{mastering.limited()}[heard]"
    )
    return graph


def _packed(timeline: Timeline, picture: Path, sound: Path, session: Session) -> Path:
    about, out = session.folder / "notes.txt", session.folder / "slideshow.mp4"
    about.write_text(notes.metadata(timeline), encoding="utf-8")
    session.ffmpeg(
        [
            *("-f", "mov", "-i", picture.name, "-f", "mov", "-i", sound.name, "-f", "ffmetadata", "-i", about.name),
            *("-map", "0:v", "-map", "1:a", "-map_metadata", "2", "-map_chapters", "2", "-c", "copy"),
            *("-metadata:s:a:0", f"language={notes.language_of(timeline)}"),
            *("-movflags", "+faststart", "-f", "mp4", out.name),
        ]
    )
    return out
