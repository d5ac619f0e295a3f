"""Narrations in a folder: the audio under the hash of its bytes, beside it an entry for each text that it speaks.

Both are written under a temporary name, synced and renamed, the entry last: what has an entry is whole. What became
corrupt nevertheless (a disk, a hand) is noticed when it is fetched, and dropped.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import uuid
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from renders.providers.cached_speech.speeches import Speech

logger = logging.getLogger(__name__)

_KEY = re.compile(r"[0-9a-f]{64}")
_AUDIO = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,5}")
_LONGEST_ENTRY = 5_000_000
"""Bytes; a longer one is none of ours."""


class Folder:
    """A store of narrations for several workers at once; see `Speeches`. The folder is made when it is needed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, key: str, audio: Path, speech: Speech) -> None:
        name = _hash(audio) + audio.suffix.lower()
        entry = {"audio": name, **asdict(speech)}
        entry_path = self._entry(key)
        if not _AUDIO.fullmatch(name):
            raise OSError(f"{audio.name}: a narration needs a plain suffix")
        data = json.dumps(entry, ensure_ascii=False).encode()
        place = self.root / name[:2] / name
        # Written anew even where it is there: what is there may be what was found corrupt.
        _replace(place, lambda half_done: shutil.copyfile(audio, half_done))
        _replace(entry_path, lambda half_done: half_done.write_bytes(data))

    def fetch(self, key: str, folder: Path) -> tuple[Speech, Path] | None:
        entry_path = self._entry(key)
        if not entry_path.exists():
            return None
        try:
            entry = _read(entry_path)
            name, speech = str(entry.pop("audio")), Speech(**entry)
            if not _AUDIO.fullmatch(name):
                raise ValueError("its audio has no name of ours")
            target = folder / f"narration{Path(name).suffix}"
            shutil.copyfile(self.root / name[:2] / name, target)
            if _hash(target) != Path(name).stem:
                target.unlink()
                raise ValueError("its audio is not what it was")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, FileNotFoundError) as problem:
            logger.warning("A cached narration (%s) is dropped: %s", key, problem)
            entry_path.unlink(missing_ok=True)
            return None
        return speech, target

    def _entry(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key[:80]!r} is no key of a narration")
        return self.root / key[:2] / f"{key}.json"


def _read(path: Path) -> dict[str, Any]:
    if path.stat().st_size > _LONGEST_ENTRY:
        raise ValueError("its entry is too long")
    entry: dict[str, Any] = json.loads(path.read_bytes())
    if not isinstance(entry["result"], dict) or not all(isinstance(entry[of], str) for of in ("provider", "model")):
        raise ValueError("its entry is of another form")
    return entry


def _replace(place: Path, write: Callable[[Path], object]) -> None:
    """Have a file written so that nobody ever sees half of it, not even after the power failed."""
    place.parent.mkdir(parents=True, exist_ok=True)
    half_done = place.with_name(f".{uuid.uuid4().hex}.part")
    try:
        write(half_done)
        _sync(half_done)
        half_done.replace(place)
        _sync(place.parent)
    finally:
        half_done.unlink(missing_ok=True)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
