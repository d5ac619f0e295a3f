"""The picture as strips, in order: frames of a piece, copied, or a still's group repeated (PERFORMANCE section 1)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from renders.media.pieces import Piece
from renders.media.prepare import Prepared
from renders.providers.composer.plan import Shot, playing, repetitions


@dataclass(frozen=True)
class Strip:
    """`frames` frames of the video from its frame `start` on."""

    piece: Piece
    start: int
    frames: int
    first: int = 0
    """Which frame of the piece comes first."""
    repeats: bool = False
    """Whether the piece is a still's group of pictures."""

    def units(self) -> Iterator[bytes]:
        if not self.repeats:
            yield from self.piece.units[self.first : self.first + self.frames]
            return
        for frames in repetitions(self.frames):
            yield from self.piece.units[:frames]

    @cached_property
    def digest(self) -> str:
        """What tells its frames from all others, by their bytes."""
        shown = self.piece.digest(0, len(self.piece.units)) if self.repeats else ""
        shown = shown or self.piece.digest(self.first, self.frames)
        return hashlib.sha256(f"{shown} {self.frames} {self.repeats}".encode()).hexdigest()


def strips_of(shot: Shot, prepared: Prepared, last: Prepared | None) -> Iterator[Strip]:
    """The frames on which a shot stands alone. `last`: a still of its last frame, for a clip that is too short."""
    start, body = shot.start + shot.entry, shot.body
    if not body:
        return
    if prepared.still:
        yield Strip(prepared.piece, start, body, repeats=True)
        return
    plays = playing(shot, prepared.frames)
    if plays:
        yield Strip(prepared.piece, start, plays, first=shot.entry)
    if plays < body:
        assert last is not None
        yield Strip(last.piece, start + plays, body - plays, repeats=True)


def seams(strips: Sequence[Strip]) -> list[str]:
    """What tells each place where two strips meet, the start and the end included, from all others."""
    names = ["start", *(strip.digest for strip in strips), "end"]
    return [hashlib.sha256(f"{before} {after}".encode()).hexdigest() for before, after in pairwise(names)]
