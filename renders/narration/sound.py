"""From the voice's own recording to the narration: 48 kHz, even loudness, no peaks."""

from __future__ import annotations

import threading
import wave
from pathlib import Path

from renders.domain.job import SAMPLE_RATE
from renders.media import ffmpeg

LOUDNESS = -20.0
"""LUFS of every narration, within about half a unit."""
_COMPRESSION_LOSS = 7.0
"""dB that the compressor takes from speech at `LOUDNESS`, measured; given back after it."""
_WAV = ("-c:a", "pcm_s16le", "-bitexact", "-map_metadata", "-1", "-f", "wav")
"""Without date or program name in the file: the same text gives the same bytes."""
_MEMORY_MB = 2048


def master(
    raw: Path,
    target: Path,
    *,
    frames: int,
    level: float,
    tone: str,
    seconds: float,
    cancel: threading.Event,
) -> None:
    """Write `target` (WAV, mono, 16 bit) of exactly `frames` frames from a recording whose speech is at `level` dB.

    Frames are counted at 48 kHz; `tone`: filters of the voice. One FFmpeg process: rumble out, resampled, brought to
    `LOUDNESS`, gently compressed (2 to 2.5 dB less between mean and peaks, so that words hold up over music), limited
    at -2 dB. Both paths lie in one folder. Raises `child.ChildError` and OSError.
    """
    filters = ",".join(
        (
            f"aresample={SAMPLE_RATE}:resampler=soxr",
            "highpass=f=75",
            tone,
            f"volume={LOUDNESS - level:.2f}dB",
            "acompressor=threshold=-26dB:ratio=2:attack=5:release=120:knee=6",
            f"volume={_COMPRESSION_LOSS}dB",
            "alimiter=limit=0.79:level=0:attack=3:release=60:latency=1",
            f"apad=whole_len={frames}",
            f"atrim=end_sample={frames}",
        )
    )
    half_done = target.with_name(target.name + ".part")
    ffmpeg.run(
        ["-v", "error", "-f", "wav", "-i", raw.name, "-af", filters, "-ac", "1", *_WAV, "-y", half_done.name],
        seconds=seconds,
        cwd=raw.parent,
        cancel=cancel,
        memory_mb=_MEMORY_MB,
    )
    half_done.rename(target)


def length(file: Path) -> float:
    """Seconds of a WAV file, by its frames."""
    with wave.open(str(file), "rb") as recording:
        return recording.getnframes() / recording.getframerate()
