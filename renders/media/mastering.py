"""A mix at the loudness of a finished video, as AAC (R16): one constant gain before a limiter, nothing that pumps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from renders.domain.job import SAMPLE_RATE
from renders.media import loudness
from renders.media.loudness import METER, TARGET, Loudness
from renders.media.session import Session

LIMIT = -2.0
"""dBFS of the limiter: true peaks between samples and the AAC encoder both go somewhat over it."""
_PASSES = 5
_ROOM = 0.4
"""dB that true peaks stay under the ceiling before AAC adds its own."""
_CLOSE = 0.3
"""LUFS by which the sound may miss its target before it is made again."""


def master(session: Session, mix: Path, heard: Loudness, out: Path) -> None:
    """The mix at the target loudness under the ceiling, by gain and limiter: corrected and measured until it fits.

    `heard`: what the mix is like with the limiter alone. It is encoded while it is measured: the first correction
    nearly always fits. Raises child.ChildError.
    """
    gain, limit = 0.0, LIMIT
    for _ in range(_PASSES):
        off, over = TARGET - heard.integrated, heard.peak - (loudness.CEILING - _ROOM)
        if not heard.silent:
            gain += off
            limit -= max(0.0, over)
        log = encode(session, ["-i", mix.name, "-af", limited(gain, limit)], out)
        heard = loudness.measured(log)["master"]
        fits = abs(TARGET - heard.integrated) <= _CLOSE and heard.peak <= loudness.CEILING - _ROOM
        if heard.silent or fits:
            break


def limited(gain: float = 0.0, limit: float = LIMIT) -> str:
    """Filters that raise a sound by `gain` dB, limit it, and measure it as `master`."""
    return (
        f"volume={gain:.2f}dB,alimiter=limit={limit:.2f}dB:level=0:attack=5:release=80:latency=1,ebur128@master={METER}"
    )


def encode(session: Session, taken: Sequence[str], out: Path) -> bytes:
    """FFmpeg's inputs and filters as AAC, 48 kHz stereo; its log. Raises child.ChildError."""
    return session.ffmpeg(
        [*taken, "-c:a", "aac", "-b:a", "160k", "-ar", str(SAMPLE_RATE), "-ac", "2", "-f", "mp4", out.name]
    )


def silence(session: Session, samples: int, out: Path) -> None:
    """So many samples of nothing. Raises child.ChildError."""
    encode(session, ["-f", "lavfi", "-i", f"anullsrc=r={SAMPLE_RATE}:cl=stereo,atrim=end_sample={samples}"], out)
