"""The `music` provider that needs nothing but this machine (R15)."""

from __future__ import annotations

import math
import re
import time
from pathlib import Path

from renders.domain.errors import GenerationError
from renders.domain.job import SAMPLE_RATE
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.timeline_form import LONGEST
from renders.media import ffmpeg
from renders.media.answering import ask_ffmpeg
from renders.providers.base import Immediate, Request
from renders.providers.library import errors, pieces
from renders.providers.library.errors import NotPlayed
from renders.providers.library.pieces import Piece

SHORTEST = 1.0
FADE_IN, FADE_OUT = 1.5, 4.5
"""Seconds; less in what is shorter than three of them."""
_MEMORY_MB = 2048
_FILE = "music.m4a"
_OFF = 0.05
_PLAYED = re.compile(rb"out_time_us=(\d+)")


class Library(Immediate):
    """Background music of any length from a file: one of our own, or of the operator's `folder` where one is given.

    Payload: `{length}` in seconds, and where wanted `mood` (`calm`, `bright`; ours only) and `seed` (the same seed
    plays the same music; without one every render has its own). Result: `{duration, model}`, model being the
    track's name; file `music`: M4A, 48 kHz stereo, about 1.2 MB a minute, faded in and out.
    """

    name = errors.NAME

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def submit(self, request: Request, key: str) -> Outcome:
        try:
            length = float(request.payload.get("length", 0))
        except (TypeError, ValueError):
            length = math.nan
        if not SHORTEST <= length <= LONGEST:
            said = str(request.payload.get("length"))[:40]
            return Err(errors.refusal(f"Music of {said} s cannot be made; it is {SHORTEST:g} to {LONGEST:g} s long."))
        try:
            return self._play(request, length, str(request.payload.get("seed") or key))
        except Exception as problem:  # a provider answers, whatever happens (DESIGN section 6)
            return Err(errors.describe(problem))

    def ping(self, seconds: float) -> GenerationError | None:
        """Whether there is a folder, and FFmpeg to play from it (R40)."""
        if self._folder is not None and not self._folder.is_dir():
            return errors.describe(errors.NoTrack(f"There is no folder {self._folder}."))
        return ask_ffmpeg(self.name, seconds)

    def _play(self, request: Request, length: float, seed: str) -> Ok:
        deadline = time.monotonic() + request.seconds
        if self._folder is None:
            piece = pieces.ours(length, str(request.payload.get("mood", "")), seed)
        else:
            piece = pieces.of_folder(self._folder, seed, seconds=request.seconds, cancel=request.cancelled)
        target = request.workdir / _FILE
        finished = ffmpeg.run(
            ["-v", "error", "-progress", "pipe:1", "-nostats", *_arguments(piece, length), "-y", target],
            seconds=max(0.1, deadline - time.monotonic()),
            cancel=request.cancelled,
            memory_mb=_MEMORY_MB,
        )
        played = int((_PLAYED.findall(finished.stdout) or [0])[-1]) / 1e6
        if abs(played - length) > _OFF:
            raise NotPlayed(f"{piece.name} played for {played:.2f} s, not {length:.2f} s")
        return Ok(result={"duration": length, "model": piece.name}, files={"music": target})


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
