"""A track played for as long as the music is to last: joined to itself where it is shorter, faded in and out."""

from __future__ import annotations

import math
import re
import threading
from dataclasses import dataclass
from pathlib import Path

from renders.domain.job import SAMPLE_RATE
from renders.media import ffmpeg
from renders.media.forms import Form

FADE_IN, FADE_OUT = 1.5, 4.5
"""Seconds; less in what is shorter than three of them."""
_MEMORY_MB = 2048
_OFF = 0.05
_PLAYED = re.compile(rb"out_time_us=(\d+)")


class NotPlayed(Exception):
    """A track that was looked at did not play as long as it should have; the message says what came."""


@dataclass(frozen=True)
class Piece:
    """A track to play; times in seconds."""

    name: str
    path: Path
    form: Form
    seconds: float
    start: float
    """Where in the joined track the music begins."""
    overlap: float
    """How long its end sounds over its beginning where it goes round."""
    curve: str
    """FFmpeg's curve of that: with equal power, or with equal gain where both are the same sound."""

    def times(self, length: float) -> int:
        """How often it must be played for `length` s of music, once more than it should need."""
        return 1 + max(1, math.ceil((self.start + length - self.overlap) / (self.seconds - self.overlap)))


def play(piece: Piece, length: float, target: Path, *, seconds: float, cancel: threading.Event | None = None) -> None:
    """Write `length` s of music: M4A, 48 kHz stereo. Raises NotPlayed; ChildError."""
    finished = ffmpeg.run(
        ["-v", "error", "-progress", "pipe:1", "-nostats", *_arguments(piece, length), "-y", target],
        seconds=seconds,
        cancel=cancel,
        memory_mb=_MEMORY_MB,
    )
    played = int((_PLAYED.findall(finished.stdout) or [0])[-1]) / 1e6
    if abs(played - length) > _OFF:
        raise NotPlayed(f"{piece.name} played for {played:.2f} s, not {length:.2f} s")


def _arguments(piece: Piece, length: float) -> list[str]:
    """Play it as often as needed, each time over the end of the last, and take from that what is wanted."""
    times = piece.times(length)
    inputs = [*piece.form.arguments(), "-i", f"file:{piece.path.absolute()}"] * times
    form = f"aformat=sample_fmts=flt:sample_rates={SAMPLE_RATE}:channel_layouts=stereo"
    graph = [f"[{at}:a:0]{form}[p{at}]" for at in range(times)]
    joined = "p0"
    overlap = round(piece.overlap * SAMPLE_RATE)
    for at in range(1, times):
        graph.append(f"[{joined}][p{at}]acrossfade=ns={overlap}:c1={piece.curve}:c2={piece.curve}[j{at}]")
        joined = f"j{at}"
    begin, samples = round(piece.start * SAMPLE_RATE), round(length * SAMPLE_RATE)
    rise, fall = min(FADE_IN, length / 3), min(FADE_OUT, length / 3)
    graph.append(
        f"[{joined}]atrim=start_sample={begin}:end_sample={begin + samples},asetpts=PTS-STARTPTS,"
        f"afade=t=in:d={rise:.3f}:curve=qsin,afade=t=out:st={length - fall:.3f}:d={fall:.3f}:curve=qsin[out]"
    )
    codec = ("-c:a", "aac", "-aac_coder", "fast", "-b:a", "160k", "-map_metadata", "-1", "-bitexact", "-f", "ipod")
    return [*inputs, "-filter_complex", ";".join(graph), "-map", "[out]", *codec]
