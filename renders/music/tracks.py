"""The bundled tracks, as the player needs to know them (R15)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from renders.music.score import SCORES, Score

SPARE = 1.0
"""Seconds of the loop's end before it in the file, and of its beginning after it: there the ends are joined."""


@dataclass(frozen=True)
class Track:
    name: str
    mood: str
    path: Path
    seconds: float
    """Length of the loop, without what is spare."""
    homes: tuple[float, ...]
    """Seconds of the loop at which a chord begins on which the piece can end."""


def _track(score: Score) -> Track:
    homes = tuple(2 * score.bar * number for number, chord in enumerate(score.chords) if chord.home)
    return Track(score.name, score.mood, Path(__file__).with_name(f"{score.mood}.opus"), score.seconds, homes)


TRACKS = tuple(map(_track, SCORES))
