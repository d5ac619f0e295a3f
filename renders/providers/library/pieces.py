"""Which track is played, from where, and how it is joined where it has to begin again."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from renders.media.forms import OGG, Kind
from renders.media.probe import ProbeError, probe
from renders.music.playing import Piece
from renders.music.tracks import SPARE, TRACKS, Track
from renders.providers.library.errors import NoTrack

SUFFIXES = frozenset({".mp3", ".m4a", ".flac", ".wav", ".ogg", ".opus", ".aac"})
SHORTEST = 20.0
"""Seconds of a track of the operator's: what is shorter would be heard to repeat."""
ENDING = 5.0
"""Seconds before the end at which the last chord begins."""
_LARGEST = 500_000_000
_TRIES = 5
_MOST_FILES = 2000
_OVERLAP = 4.0


def ours(length: float, mood: str, seed: str) -> Piece:
    """A bundled track, entered so that it comes home to its last chord as the music ends."""
    track = _drawn([track for track in TRACKS if track.mood == mood] or TRACKS, seed)
    home = track.homes[_number(seed, "home") % len(track.homes)]
    start = (home - max(length - ENDING, length / 2)) % track.seconds
    # What is spare on both sides is the same music as what it lies over there.
    whole, spare = track.seconds + 2 * SPARE, 2 * SPARE
    return Piece(track.name, track.path, OGG, whole, start + SPARE, spare, "tri")


def of_folder(folder: Path, seed: str, *, seconds: float, cancel: threading.Event) -> Piece:
    """A track of the operator's. Raises NoTrack where none can be played, `child.ChildError` and OSError."""
    files = sorted(_music_files(folder))
    if not files:
        raise NoTrack(f"There is no music in the music folder {folder}.")
    first, faults = _number(seed, "file") % len(files), []
    for path in (*files[first:], *files[:first])[:_TRIES]:
        try:
            found = probe(path, seconds=seconds, cancel=cancel)
        except ProbeError as fault:
            faults.append(str(fault))
            continue
        if found.kind is not Kind.AUDIO or found.audio is None or found.duration < SHORTEST:
            faults.append(f"{path.name}: not music of {SHORTEST:g} s or more")
            continue
        return Piece(path.stem[:100], path, found.form, found.duration, 0.0, _OVERLAP, "qsin")
    raise NoTrack(f"No track of the music folder can be played: {'; '.join(faults)}.")


def _music_files(folder: Path) -> Iterator[Path]:
    for number, path in enumerate(folder.iterdir()):
        if number >= _MOST_FILES:
            return
        if path.suffix.lower() in SUFFIXES and path.is_file() and 0 < path.stat().st_size <= _LARGEST:
            yield path


def _drawn(tracks: Sequence[Track], seed: str) -> Track:
    return tracks[_number(seed, "track") % len(tracks)]


def _number(seed: str, of: str) -> int:
    """The same for the same seed, on every machine."""
    return int.from_bytes(hashlib.sha256(f"{of}:{seed}".encode("utf-8", "replace")).digest()[:6])
