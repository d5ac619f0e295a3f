"""Measures a finished video for the output gate, in one decoding pass (R16)."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from renderhub.lib import child
from renders.captions import webvtt
from renders.media import ffmpeg, loudness, stretches
from renders.media.boxes import index_first
from renders.media.forms import MP4
from renders.media.gate import Measured
from renders.media.probe import MediaInfo, ProbeError, probe

_MEMORY_MB = 3000
_FRAME = re.compile(rb"frame=\s*(\d+)")


def measure(video: Path, captions: Path, *, seconds: float, cancel: threading.Event | None = None) -> Measured:
    """Decode a video once and look at all that matters. Raises child.ChildError on time-out, cancel or no FFmpeg."""
    with ThreadPoolExecutor(1) as pool:
        probing = pool.submit(_probed, video, seconds, cancel)
        log, fault = _decoded(video, seconds, cancel)
        info, refused = probing.result()
    lines, captions_fault = _captions(captions)
    counts = _FRAME.findall(log)
    return Measured(
        info=info,
        fault=refused or fault,
        frames=int(counts[-1]) if counts else 0,
        stretches=stretches.logged(log),
        loudness=loudness.measured(log).get("gate", loudness.NOTHING),
        index_first=index_first(video),
        captions=lines,
        captions_fault=captions_fault,
    )


def _probed(video: Path, seconds: float, cancel: threading.Event | None) -> tuple[MediaInfo | None, str]:
    try:
        return probe(video, seconds=seconds, cancel=cancel), ""
    except ProbeError as error:
        return None, str(error)


def _decoded(video: Path, seconds: float, cancel: threading.Event | None) -> tuple[bytes, str]:
    """FFmpeg's log of decoding all of it, strictly, and its complaint where there is one."""
    try:
        finished = ffmpeg.run(
            [
                *("-stats", *MP4.arguments(), "-i", f"file:{video.absolute()}"),
                *("-map", "0:v?", "-vf", stretches.STRICT),
                *("-map", "0:a?", "-af", f"{stretches.SILENCE},ebur128@gate={loudness.METER}"),
                *("-f", "null", "-"),
            ],
            seconds=seconds,
            memory_mb=_MEMORY_MB,
            cancel=cancel,
        )
    except child.ChildFailed as error:
        return error.finished.stderr, str(error)
    return finished.stderr, ""


def _captions(path: Path) -> tuple[tuple[webvtt.Line, ...], str]:
    try:
        return tuple(webvtt.read(path.read_text(encoding="utf-8"))), ""
    except (OSError, ValueError) as error:
        return (), str(error)
