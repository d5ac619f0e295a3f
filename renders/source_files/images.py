"""Pictures that came with a job, decoded by a bounded child."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

from renderhub.lib import child
from renders.source_files.refusal import SourceRefused

_CHILD = Path(__file__).with_name("image_child.py")
_MEMORY_MB = 1500


def size_of(path: Path, *, seconds: float = 30.0, cancel: threading.Event | None = None) -> tuple[int, int]:
    """Width and height (px) of a picture as it is seen, all of it decoded. Raises SourceRefused; ChildError."""
    told = _ask(["look", path.absolute()], seconds, cancel)
    return told["width"], told["height"]


def place(
    path: Path,
    out: Path,
    size: tuple[int, int],
    colour: tuple[int, int, int],
    *,
    cover: tuple[float, float] | None = None,
    seconds: float,
    cancel: threading.Event | None = None,
) -> None:
    """Write a PNG of `size` that shows the whole picture on a blurred surround tinted with `colour`, upright, without
    metadata. A picture whose shape (width by height) lies within `cover` fills all of it instead, but for its edges;
    `colour` is then behind what is transparent. Raises SourceRefused; ChildError."""
    numbers = (*size, *colour, *(cover or (0, 0)))
    _ask(["place", path.absolute(), out.absolute(), *map(str, numbers)], seconds, cancel)


def _ask(arguments: list[Any], seconds: float, cancel: threading.Event | None) -> dict[str, Any]:
    try:
        finished = child.run(
            [sys.executable, "-I", _CHILD, *arguments],
            limits=child.Limits(seconds=seconds, memory_mb=_MEMORY_MB, file_mb=200),
            cancel=cancel,
        )
        told: dict[str, Any] = json.loads(finished.stdout)
    except (child.ChildFailed, ValueError) as error:
        raise _refusal("memory") from error
    if "fault" in told:
        raise _refusal(told["fault"])
    return told


def _refusal(fault: str) -> SourceRefused:
    kind, _, detail = fault.partition(" ")
    if kind == "pixels":
        return SourceRefused(
            f"The picture has {detail} pixels, more than can be used.", "Save it at 8,000 x 8,000 pixels or fewer."
        )
    if kind == "tiny":
        return SourceRefused(f"The picture has only {detail} pixels.", "Send a larger one.")
    if kind == "memory":
        return SourceRefused("The picture takes too much memory to unpack.", "Save it smaller, as JPEG or PNG.")
    return SourceRefused("The picture is damaged and cannot be shown.", "Open it, save it anew, and send that.")
