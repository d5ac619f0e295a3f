"""A picture, or a stretch of footage, as a segment's visual: whole and upright in the window of its frame."""

from __future__ import annotations

import threading
from pathlib import Path

from PIL import Image

from renders.framed.covering import covering_shapes
from renders.framed.footage import record
from renders.framed.framing import Framing
from renders.look.drawing import draw, render
from renders.look.theme import Theme
from renders.media.forms import Form
from renders.source_files import images


def show_picture(
    source: Path,
    around: Framing,
    theme: Theme,
    folder: Path,
    *,
    cover: bool = False,
    seconds: float,
    cancel: threading.Event | None = None,
) -> Path:
    """A PNG of the frame's size in `folder`. `cover`: the window may be filled (see `covers`).

    Raises `SourceRefused` where the picture cannot be decoded; ChildError, OSError.
    """
    left, top, right, bottom = around.window
    inner, out = folder / "inner.png", folder / "image.png"
    size, shapes = (right - left, bottom - top), covering_shapes(around.window) if cover else None
    images.place(source, inner, size, theme.background, cover=shapes, seconds=seconds, cancel=cancel)
    whole = render(around.layout)
    with Image.open(inner) as picture:
        whole.paste(picture, (left, top))
    whole.save(out, format="PNG", compress_level=1)
    inner.unlink()
    return out


def show_footage(
    source: Path,
    form: Form,
    around: Framing,
    folder: Path,
    *,
    start: float,
    length: float,
    fps: int,
    fills: bool = False,
    seconds: float,
    cancel: threading.Event | None = None,
) -> Path:
    """An MP4 without sound in `folder`, in the composer's final form: `length` seconds of the video from `start`;
    `fills`: over the whole window (see `covers`).

    Raises ChildError: `ChildFailed` where the video cannot be decoded; OSError.
    """
    frame_picture, out = folder / "frame.png", folder / "video.mp4"
    draw(around.layout, frame_picture)
    record(
        source,
        form,
        frame_picture,
        around.window,
        out,
        start=start,
        length=length,
        fps=fps,
        fills=fills,
        seconds=seconds,
        cancel=cancel,
    )
    frame_picture.unlink()
    return out
