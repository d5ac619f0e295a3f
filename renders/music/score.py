"""What the bundled tracks play: chords, tempo and how busy it is. Data; `make.py` makes them sound."""

from __future__ import annotations

from dataclasses import dataclass

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def pitch(name: str) -> int:
    """MIDI number of a note, as in `F#3` (C4 is 60). Raises ValueError for what is none."""
    return 12 * (int(name[-1]) + 1) + NAMES.index(name[:-1])


@dataclass(frozen=True)
class Chord:
    bass: str
    pad: str
    """Four notes, low to high, that move as little as they can from chord to chord."""
    home: bool = False
    """Whether the piece can end on it."""


@dataclass(frozen=True)
class Score:
    name: str
    mood: str
    bar: float
    """Seconds of four beats."""
    chords: tuple[Chord, ...]
    """Two bars each."""
    patterns: tuple[str, ...]
    """For each bar, by turns: eight quavers, each a note of the chord (0 to 5) or none (`.`)."""
    rests: frozenset[int]
    """Chords without plucked notes: the piece takes a breath."""
    brightness: float
    """Hz above which the pads fade."""
    seed: int

    @property
    def seconds(self) -> float:
        """Length of the loop."""
        return 2 * self.bar * len(self.chords)


_D = Chord("D2", "D3 A3 C#4 F#4", home=True)
_D_ADD9 = Chord("D2", "D3 A3 E4 F#4", home=True)

CALM = Score(
    name="Harbour Light",
    mood="calm",
    bar=3.75,
    chords=(
        _D,
        Chord("G1", "D3 B3 D4 F#4"),
        Chord("B1", "D3 A3 C#4 F#4"),
        Chord("A1", "E3 A3 B3 E4"),
        Chord("F#1", "D3 A3 C#4 E4"),
        Chord("G1", "D3 B3 D4 E4"),
        Chord("E2", "D3 G3 B3 F#4"),
        Chord("A1", "D3 A3 B3 E4"),
        _D_ADD9,
        Chord("B1", "C#3 A3 D4 E4"),
        Chord("G1", "D3 A3 B3 F#4"),
        Chord("A1", "E3 A3 C#4 E4"),
    ),
    patterns=("0.2.4.3.", "2...3.5.", "0.2.3.2.", "4...3...", "0.3.4.2.", "3.2...1."),
    rests=frozenset({3, 7}),
    brightness=900.0,
    seed=7,
)

_A = Chord("A1", "E3 A3 C#4 B4", home=True)

BRIGHT = Score(
    name="Clear Morning",
    mood="bright",
    bar=3.0,
    chords=(
        _A,
        Chord("F#1", "E3 A3 C#4 G#4"),
        Chord("D2", "F#3 A3 C#4 E4"),
        Chord("E2", "E3 B3 C#4 G#4"),
        Chord("A1", "E3 B3 C#4 E4", home=True),
        Chord("C#2", "E3 G#3 B3 E4"),
        Chord("D2", "D3 A3 C#4 E4"),
        Chord("E2", "E3 A3 B3 E4"),
        Chord("F#1", "E3 A3 C#4 E4"),
        Chord("D2", "D3 A3 C#4 F#4"),
        _A,
        Chord("E2", "E3 B3 E4 G#4"),
        Chord("B1", "D3 A3 C#4 F#4"),
        Chord("D2", "F#3 A3 C#4 F#4"),
        Chord("E2", "E3 A3 B3 F#4"),
    ),
    patterns=("0.2.4.2.", "3.2.4...", "0.3.2.4.", "5.3.2.3.", "0.2.3...", "4.2.3.2."),
    rests=frozenset({3, 11}),
    brightness=1100.0,
    seed=11,
)

SCORES = (CALM, BRIGHT)
