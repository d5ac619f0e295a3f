"""Narrations in a folder: the audio under the hash of its bytes, beside it an entry for each text that it speaks.

Both are written under a temporary name, synced and renamed, the entry last: what has an entry is whole. What became
corrupt nevertheless (a disk, a hand) is noticed when it is fetched, and dropped.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from renderhub.lib.durable import hash_of, write_whole
from renders.providers.cached_speech.speeches import Speech

logger = logging.getLogger(__name__)

_KEY = re.compile(r"[0-9a-f]{64}")
_AUDIO = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,5}")
_LONGEST_ENTRY = 5_000_000
"""Bytes; a longer one is none of ours."""
_FRESH = 3600.0
"""Seconds for which nothing is pruned: it may be about to get its entry, or be read just now."""


@dataclass(frozen=True)
class _Sound:
    path: Path
    size: int
    used: float
    """When it was last asked for, or kept; seconds since 1970."""


class Folder:
    """A store of narrations for several workers at once; see `Speeches`. The folder is made when it is needed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, key: str, audio: Path, speech: Speech) -> None:
        name = hash_of(audio) + audio.suffix.lower()
        entry = {"audio": name, **asdict(speech)}
        entry_path = self._entry(key)
        if not _AUDIO.fullmatch(name):
            raise OSError(f"{audio.name}: a narration needs a plain suffix")
        data = json.dumps(entry, ensure_ascii=False).encode()
        place = self.root / name[:2] / name
        # Written anew even where it is there: what is there may be what was found corrupt.
        write_whole(place, lambda half_done: shutil.copyfile(audio, half_done))
        write_whole(entry_path, lambda half_done: half_done.write_bytes(data))

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
            os.utime(entry_path)  # for `prune`: it is still asked for
            if hash_of(target) != Path(name).stem:
                target.unlink()
                raise ValueError("its audio is not what it was")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, FileNotFoundError) as problem:
            logger.warning("A cached narration (%s) is dropped: %s", key, problem)
            entry_path.unlink(missing_ok=True)
            return None
        return speech, target

    def speaker(self, key: str) -> str:
        try:
            return str(_read(self._entry(key))["provider"])
        except (ValueError, KeyError, TypeError, RecursionError, FileNotFoundError):
            return ""

    def prune(self, quota: int) -> int:
        """Remove the narrations that were not asked for longest until at most `quota` bytes of sound are left, and
        sound that no entry speaks of; returns how many bytes went. What is younger than an hour stays."""
        entries: dict[str, list[Path]] = {}
        for path in self.root.glob("*/*.json"):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
                entries.setdefault(str(_read(path)["audio"]), []).append(path)
        sounds = sorted(self._sounds(entries), key=lambda sound: (bool(entries.get(sound.path.name)), sound.used))
        left, gone, young = sum(sound.size for sound in sounds), 0, time.time() - _FRESH
        for sound in sounds:
            spoken_of = entries.get(sound.path.name, [])
            if sound.used > young or (spoken_of and left - gone <= quota):
                continue
            for path in (*spoken_of, sound.path):  # what has an entry is whole, at every moment
                path.unlink(missing_ok=True)
            gone += sound.size
        return gone

    def _sounds(self, entries: Mapping[str, Sequence[Path]]) -> Iterator[_Sound]:
        for path in self.root.glob("*/*"):
            with contextlib.suppress(FileNotFoundError):
                if path.suffix != ".json" and path.is_file():
                    used = max(file.stat().st_mtime for file in (path, *entries.get(path.name, ())))
                    yield _Sound(path, path.stat().st_size, used)

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
