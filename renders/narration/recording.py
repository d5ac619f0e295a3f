"""What a service recorded, as samples: decoded in a child, its silence measured (R111)."""

from __future__ import annotations

import math
import threading
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from renderhub.lib import child
from renders.domain.job import SAMPLE_RATE
from renders.domain.shortage import is_short
from renders.media import ffmpeg
from renders.media.forms import Kind, Refused, form_of

Samples = NDArray[np.int16]

LONGEST = 600.0
"""Seconds of one recording; no narration takes so long."""
SHORTEST_PAUSE = 0.14
"""Seconds; shorter ones are within words."""
_QUIET_DB, _SILENT_DB = 35.0, -55.0
"""Quiet is what is so far below the peak, or below that level of full scale."""
_BLOCK = 0.01
_KEEP_BEFORE, _KEEP_AFTER = 0.02, 0.08
"""Seconds around what is heard that are kept, so that soft onsets and endings are."""
_LEVEL_BLOCK, _GATE_DB = 0.1, 12.0
"""As the speaking program of this machine measures its voice: blocks so far below the mean are pauses."""
_MEMORY_MB = 1024


class NotSpeech(ValueError):
    """What came is no sound that decodes, or nothing is to be heard in it; the message says which."""


@dataclass(frozen=True)
class Recording:
    samples: Samples
    """48 kHz, mono, without the silence at both ends."""
    cut: float
    """Seconds of silence that were taken off its beginning."""

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE

    def pauses(self) -> list[tuple[float, float]]:
        """Start and end of the silences within, in seconds."""
        return [
            (first * _BLOCK, end * _BLOCK)
            for first, end in _runs(_is_quiet(self.samples))
            if (end - first) * _BLOCK >= SHORTEST_PAUSE
        ]


def read(path: Path, *, seconds: float, cancel: threading.Event) -> Recording:
    """The recording in a file of a service's, which is removed. Raises `NotSpeech`; `child.ChildError`."""
    decoded = path.with_name(f"{path.name}.pcm")
    try:
        form = form_of(path)
        if form.kind not in (Kind.AUDIO, Kind.VIDEO):
            raise NotSpeech(f"it is {form.mime}, no sound")
        ffmpeg.run(
            [
                *("-v", "error", *form.arguments(), "-i", f"file:{path.absolute()}", "-map", "0:a:0", "-vn"),
                *("-t", str(LONGEST), "-ac", "1", "-ar", str(SAMPLE_RATE), "-f", "s16le", "-y", decoded.absolute()),
            ],
            seconds=seconds,
            cancel=cancel,
            memory_mb=_MEMORY_MB,
        )
        return _trimmed(np.fromfile(decoded, dtype="<i2"))
    except Refused as problem:
        raise NotSpeech(str(problem)) from problem
    except child.ChildFailed as problem:
        if is_short(problem):
            raise
        raise NotSpeech(f"it does not decode: {str(problem)[:200]}") from problem
    finally:
        for leftover in (path, decoded):
            leftover.unlink(missing_ok=True)


def level(samples: Samples) -> float:
    """Mean power of the blocks in which something is said, in dB of full scale."""
    powers = _powers(samples, _LEVEL_BLOCK)
    spoken = powers[powers >= powers.mean() * 10 ** (-_GATE_DB / 10)]
    return 10 * math.log10(max(float(spoken.mean()), 1e-12))


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), dtype=np.int16)


def write(samples: Samples, path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples.astype("<i2").tobytes())


def _trimmed(samples: Samples) -> Recording:
    quiet = _is_quiet(samples)
    heard = np.flatnonzero(~quiet)
    if heard.size == 0:
        raise NotSpeech("nothing is to be heard in it")
    first = max(0, round((heard[0] * _BLOCK - _KEEP_BEFORE) * SAMPLE_RATE))
    last = round(((heard[-1] + 1) * _BLOCK + _KEEP_AFTER) * SAMPLE_RATE)
    return Recording(samples[first:last], first / SAMPLE_RATE)


def _is_quiet(samples: Samples) -> NDArray[np.bool_]:
    """For each block of 10 ms whether it is silence."""
    powers = _powers(samples, _BLOCK)
    if powers.size == 0:
        return np.zeros(0, dtype=np.bool_)
    floor = max(float(powers.max()) * 10 ** (-_QUIET_DB / 10), 10 ** (_SILENT_DB / 10))
    return np.asarray(powers < floor)


def _powers(samples: Samples, block: float) -> NDArray[np.float64]:
    """Mean power of each block, full scale being 1; the last, shorter one counts as if silence followed it."""
    size = round(block * SAMPLE_RATE)
    padded = np.pad(samples.astype(np.float64) / 32_768, (0, -len(samples) % size))
    return np.asarray((padded.reshape(-1, size) ** 2).mean(axis=1))


def _runs(flags: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    yield from zip(map(int, edges[::2]), map(int, edges[1::2]), strict=True)
