"""What was made is kept by the hash of all that it was made of, and never believed without a look (DESIGN section 2).

A file is written under a temporary name and renamed; its name carries the hash of its own bytes, so that one that was
cut short or damaged is noticed, removed and made again. Nothing waits for the disk: what a power cut takes away is
one of those.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from renderhub.lib.durable import hash_of

_NAME = re.compile(r"([0-9a-f]{64})-([0-9a-f]{64})")
_STALE = 3600.0
"""Seconds after which a temporary file belongs to nobody any more."""
_FRESH = 600.0
"""Seconds since its last use for which nothing is pruned: a composition may be reading it."""


class Cache(Protocol):
    def get(self, key: str) -> Path | None:
        """The file kept under a key, whole as it was put; None where there is none."""
        ...

    def put(self, key: str, path: Path) -> None:
        """Keep a copy of a file. The last one put under a key is the one found."""
        ...

    def drop(self, key: str) -> None:
        """Forget what is kept under a key, if anything."""
        ...


def key_of(*made_of: object) -> str:
    """The key of what was made of all this. Only the texts of the parts count, and where each begins and ends."""
    digest = hashlib.sha256()
    for part in made_of:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


class FolderCache:
    """A `Cache` in a folder of its own, which several processes may share."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, key: str) -> Path | None:
        for path in self._kept(key):
            with contextlib.suppress(FileNotFoundError):
                if hash_of(path) == path.name.rpartition("-")[2]:
                    os.utime(path)
                    return path
                path.unlink()
        return None

    def put(self, key: str, path: Path) -> None:
        fresh = self._root / "fresh" / uuid.uuid4().hex
        fresh.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(path, fresh)
            place = self._folder(key) / f"{key}-{hash_of(fresh)}"
            place.parent.mkdir(exist_ok=True)
            older = [one for one in self._kept(key) if one != place]
            fresh.replace(place)
        finally:
            fresh.unlink(missing_ok=True)
        for one in older:
            one.unlink(missing_ok=True)

    def drop(self, key: str) -> None:
        for path in self._kept(key):
            path.unlink(missing_ok=True)

    def prune(self, quota: int) -> int:
        """Remove what was not used for longest until at most `quota` bytes are left; returns how many bytes went."""
        now, kept = time.time(), []
        for path in self._root.glob("*/*"):
            with contextlib.suppress(FileNotFoundError):
                about = path.stat()
                if _NAME.fullmatch(path.name):
                    kept.append((about.st_mtime, about.st_size, path))
                elif now - about.st_mtime > _STALE:  # left by a process that died between writing and renaming
                    path.unlink()
        left, gone = sum(size for _, size, _ in kept), 0
        for used, size, path in sorted(kept):
            if left - gone <= quota or now - used < _FRESH:
                break
            path.unlink(missing_ok=True)
            gone += size
        return gone

    def _folder(self, key: str) -> Path:
        return self._root / key[:2]

    def _kept(self, key: str) -> Iterator[Path]:
        return iter(list(self._folder(key).glob(f"{key}-*")))
