"""A piece of the picture in the final form, and how it is kept (PERFORMANCE section 1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from renders.media import h264
from renders.media.cache import Cache
from renders.media.session import Session
from renders.media.stretches import Stretch

_MAGIC = b"renderhub piece 2\n"


@dataclass(frozen=True)
class Piece:
    """Pictures that follow each other, and what in them is black or frozen by its nature, in seconds from the first."""

    picture: h264.Picture
    black: tuple[Stretch, ...] = ()
    frozen: tuple[Stretch, ...] = ()
    moving: bool = False
    """Whether it is known that nothing in it stands still for even a tenth of a second."""

    @property
    def units(self) -> tuple[bytes, ...]:
        return self.picture.units

    @cached_property
    def keys(self) -> tuple[int, ...]:
        """Which of its frames are key frames."""
        return tuple(at for at, unit in enumerate(self.units) if h264.starts_group(unit))

    def key_before(self, frame: int) -> int:
        """The last key frame that is not after a frame."""
        return max(at for at in self.keys if at <= frame)

    def digest(self, first: int, frames: int) -> str:
        """What tells these frames of it from all others, by their bytes."""
        found = hashlib.sha256(self.picture.parameters)
        for unit in self.units[first : first + frames]:
            found.update(unit)
        return found.hexdigest()

    def write(self, path: Path) -> None:
        head = {
            "parameters": len(self.picture.parameters),
            "units": [len(unit) for unit in self.units],
            "black": [[one.start, one.end] for one in self.black],
            "frozen": [[one.start, one.end] for one in self.frozen],
            "moving": self.moving,
        }
        row = json.dumps(head).encode() + b"\n"
        path.write_bytes(b"".join((_MAGIC, row, self.picture.parameters, *self.units)))


def read(path: Path) -> Piece:
    """Raises ValueError for what is no kept piece."""
    data = path.read_bytes()
    if not data.startswith(_MAGIC):
        raise ValueError(f"{path.name} is no piece")
    row, _, body = data.removeprefix(_MAGIC).partition(b"\n")
    head = json.loads(row)
    at = int(head["parameters"])
    parameters, units = body[:at], []
    for size in head["units"]:
        units.append(body[at : at + size])
        at += size
    if at != len(body):
        raise ValueError(f"{path.name} is no whole piece")
    black, frozen = _stretches(head["black"]), _stretches(head["frozen"])
    return Piece(h264.Picture(parameters, tuple(units)), black, frozen, moving=head["moving"] is True)


def found(cache: Cache, key: str) -> Piece | None:
    """The piece kept under a key; None where there is none, or it is gone or no piece."""
    path = cache.get(key)
    try:
        return read(path) if path else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def kept(cache: Cache, key: str, session: Session, make: Callable[[], Piece]) -> Piece:
    """The piece of a key; made, and kept, where there is none."""
    piece = found(cache, key)
    if piece is None:
        piece = make()
        scratch = session.scratch(".piece")
        piece.write(scratch)
        cache.put(key, scratch)
        scratch.unlink()
    return piece


def _stretches(pairs: Iterable[tuple[float, float]]) -> tuple[Stretch, ...]:
    return tuple(Stretch(float(start), float(end)) for start, end in pairs)
