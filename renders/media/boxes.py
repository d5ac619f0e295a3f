"""The outermost boxes of an MP4 file."""

from __future__ import annotations

from pathlib import Path


def index_first(path: Path) -> bool:
    """Whether the index (`moov`) stands before the media (`mdat`), so that a player can start at once (`faststart`).

    False for what is no MP4.
    """
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:
            kind, size, read = head[4:], int.from_bytes(head[:4], "big"), 8
            if kind == b"moov":
                return True
            if kind == b"mdat":
                return False
            if size == 1:
                size, read = int.from_bytes(file.read(8), "big"), 16
            if size < read:
                return False
            file.seek(size - read, 1)
    return False
