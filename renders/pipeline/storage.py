"""Where files live: by what they contain, so that a half-written or stale one is never seen (DESIGN section 2).

A file is made in its claim's working folder, synced, and renamed into place under the hash of its bytes. Working
folders carry the claim, so that a zombie's never meets its successor's.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from renderhub.lib.durable import hash_of, sync

_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")
_KEY = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,5}")


class KeyUnknown(LookupError):
    """No file is stored under this key; it was pruned, or the key is not one of ours."""


def path_of(key: str) -> Path:
    """Where the file of `key` lies. Raises `KeyUnknown` for keys that are malformed or gone."""
    if not _KEY.fullmatch(key):
        raise KeyUnknown(key)
    path = _place(key)
    if not path.is_file():
        raise KeyUnknown(key)
    return path


def put(path: Path) -> str:
    """Move a finished file into storage; its key is answered. The same bytes have the same key.

    A file that is stored already (a provider that answers with what it made before) stays where it is.
    """
    if _KEY.fullmatch(path.name) and path == _place(path.name) and path.is_file():
        return path.name
    if path.is_symlink() or not path.is_file():
        raise ValueError(f"{path.name} is not a file")
    key = hash_of(path) + path.suffix.lower()
    if not _KEY.fullmatch(key):
        raise ValueError(f"{path.name}: a stored file needs a plain suffix")
    place = _place(key)
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        sync(path)
        path.replace(place)
        sync(place.parent)
    return key


def take_in(path: Path) -> str:
    """Store a copy of somebody's file; its key is answered. Raises OSError."""
    with tempfile.TemporaryDirectory(dir=_made(work_root())) as folder:
        copy = Path(folder) / f"taken{path.suffix if _SUFFIX.fullmatch(path.suffix.lower()) else '.bin'}"
        shutil.copyfile(path, copy)
        return put(copy)


@contextmanager
def workdir(step_id: int, claim_no: int) -> Iterator[Path]:
    """The place of one claim's working folder: empty, made by who needs it (`Request.workdir`), gone afterwards."""
    folder = _media() / f"work/{step_id}-{claim_no}"
    _remove(folder)
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder, ignore_errors=True)


def work_root() -> Path:
    return _media() / "work"


def work_folders() -> list[Path]:
    """The working folders that there are, of running claims and of dead ones."""
    return list(work_root().iterdir()) if work_root().is_dir() else []


def _place(key: str) -> Path:
    return _media() / f"objects/{key[:2]}/{key}"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _media() -> Path:
    root: Path = settings.MEDIA_ROOT
    return root
