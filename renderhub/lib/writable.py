"""Whether a folder takes files now."""

from __future__ import annotations

import errno
import shutil
import uuid
from pathlib import Path

LEAST_FREE = 500_000_000
"""Bytes. With less, the next video may not fit."""


def check_writable(folder: Path) -> None:
    """Write a small file, read it back and remove it. Raises OSError where that fails or hardly any room is left."""
    folder.mkdir(parents=True, exist_ok=True)
    trial, said = folder / f".trial-{uuid.uuid4().hex}", b"RenderHub was here"
    try:
        trial.write_bytes(said)
        if trial.read_bytes() != said:
            raise OSError(errno.EIO, "what was written cannot be read back", str(folder))
    finally:
        trial.unlink(missing_ok=True)
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        raise OSError(errno.ENOSPC, f"only {free / 1e6:.0f} MB are free", str(folder))
