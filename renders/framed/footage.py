"""A stretch of a video inside our frame, encoded once in the composer's final form."""

from __future__ import annotations

import threading
from pathlib import Path

from renders.media import ffmpeg, h264
from renders.media.forms import Form
from renders.source_files.videos import LOCKED

_MEMORY_MB = 3000
_YUV = "out_color_matrix=bt709:out_range=tv"
_DIM = 0.55
"""Brightness of the surround."""
_SHRINK = 16
"""The blurred surround is made this many times smaller: blurring is cheap there."""


def record(
    source: Path,
    form: Form,
    frame_picture: Path,
    window: tuple[int, int, int, int],
    out: Path,
    *,
    start: float,
    length: float,
    fps: int,
    fills: bool = False,
    seconds: float,
    cancel: threading.Event | None = None,
) -> None:
    """Write `length` seconds of `source` from `start`, without sound, in the `window` of `frame_picture` (PNG).

    The whole of each picture is seen, on a blurred copy of itself; with `fills` its middle, over the whole window.
    Raises `child.ChildError`.
    """
    left, top, right, bottom = window
    arguments: list[str | Path] = ["-v", "error", "-y", "-f", "png_pipe", "-i", frame_picture.absolute()]
    arguments += ["-f", form.demuxer, *LOCKED]
    arguments += ["-ss", f"{start:.3f}", "-t", f"{length:.3f}", "-i", source.absolute()]
    arguments += ["-filter_complex", _graph(left, top, right - left, bottom - top, fps, fills), "-map", "[out]"]
    arguments += ["-t", f"{length:.3f}", "-map_metadata", "-1", *h264.prepared_encoder(fps), out.absolute()]
    ffmpeg.run(
        arguments,
        seconds=seconds,
        cancel=cancel,
        memory_mb=_MEMORY_MB,
    )


def _graph(left: int, top: int, width: int, height: int, fps: int, fills: bool) -> str:
    """Numbers of ours only: nothing that came with the file becomes a part of it."""
    picture = _filling(width, height) if fills else _whole(width, height)
    return (
        f"[1:v:0]fps={fps},scale=trunc(iw*sar/2)*2:trunc(ih/2)*2,setsar=1,{picture};"
        f"[0:v]{h264.TO_BT709},loop=loop=-1:size=1,setpts=N/{fps}/TB[frame];"
        f"[frame][picture]overlay={left}:{top}:shortest=1,"
        "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv[out]"
    )


def _filling(width: int, height: int) -> str:
    larger = f"scale={width}:{height}:force_original_aspect_ratio=increase:{_YUV}"
    return f"{larger},crop={width}:{height},format=yuv420p[picture]"


def _whole(width: int, height: int) -> str:
    small = (max(2, width // _SHRINK // 2 * 2), max(2, height // _SHRINK // 2 * 2))
    return (
        "split[near][far];"
        f"[far]scale={small[0]}:{small[1]}:force_original_aspect_ratio=increase:{_YUV},crop={small[0]}:{small[1]},"
        f"format=yuv420p,lutyuv=y=16+(val-16)*{_DIM}:u=128+(val-128)*{_DIM}:v=128+(val-128)*{_DIM},gblur=sigma=2,"
        f"scale={width}:{height}:flags=bicubic[ground];"
        f"[near]scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2:{_YUV},"
        "format=yuv420p[whole];"
        "[ground][whole]overlay=(W-w)/2:(H-h)/2[picture]"
    )
