"""Files that nobody sees half of, not even after the power failed."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable
from pathlib import Path


def write_whole(place: Path, write: Callable[[Path], object]) -> None:
    """Have `write` make a file beside its place, under a temporary name; then it is synced and renamed.

    Raises OSError, and whatever `write` raises; then nothing is left of it.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    half_done = place.with_name(f".{uuid.uuid4().hex}.part")
    try:
        write(half_done)
        sync(half_done)
        half_done.replace(place)
        sync(place.parent)
    finally:
        half_done.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def hash_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
