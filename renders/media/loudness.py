"""Loudness by EBU R 128, as FFmpeg's `ebur128` sums it up in its log (R16)."""

from __future__ import annotations

import re
from dataclasses import dataclass

TARGET = -14.0
"""LUFS of a finished video."""
TOLERANCE = 1.0
CEILING = -1.0
"""Highest true peak in dBTP."""
SILENCE = -69.0
"""LUFS at which `ebur128` has found nothing to measure: silence, or less than 0.4 s of sound."""

METER = "framelog=quiet:peak=true"
"""Options of `ebur128`."""

_SUMMARY = re.compile(rb"\[(?:ebur128@)?(\w+) @ [^\]]*\] Summary:(.*?)(?=\n\[|\Z)", re.S)
_INTEGRATED = re.compile(rb"I:\s+(-?[\d.]+|-?inf|nan) LUFS")
_PEAK = re.compile(rb"Peak:\s+(-?[\d.]+|-?inf|nan) dBFS")


@dataclass(frozen=True)
class Loudness:
    integrated: float
    """LUFS; at or under `SILENCE` where there is nothing to hear."""
    peak: float
    """True peak in dBTP."""

    @property
    def silent(self) -> bool:
        return not self.integrated > SILENCE


NOTHING = Loudness(-100.0, -100.0)
"""No sound, or none that was measured."""


def measured(log: bytes) -> dict[str, Loudness]:
    """The summaries of all meters of one FFmpeg run, by the names of their filters (`ebur128@name`)."""
    return {
        name.decode(): Loudness(_figure(_INTEGRATED, summary), _figure(_PEAK, summary))
        for name, summary in _SUMMARY.findall(log)
    }


def _figure(pattern: re.Pattern[bytes], summary: bytes) -> float:
    match = pattern.search(summary)
    value = float(match[1]) if match else float("nan")
    return value if value == value else -100.0
