"""Finished files under names that nobody can guess, for as long as they may be fetched."""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from renderhub.lib.writable import check_writable

KEPT_SECONDS = 3600.0
_NAME = re.compile(r"[A-Za-z0-9_-]{32}\.(mp4|jpg)")
_SWEEP = 30.0


class Shelf:
    """In a folder of its own. One process at a time: what an earlier one was making is thrown away."""

    def __init__(self, root: Path, kept_seconds: float = KEPT_SECONDS) -> None:
        self._ready, self._work, self.kept_seconds = root / "ready", root / "work", kept_seconds
        shutil.rmtree(self._work, ignore_errors=True)
        for folder in (self._ready, self._work):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextmanager
    def workdir(self) -> Iterator[Path]:
        """An empty folder, gone afterwards."""
        folder = self._work / secrets.token_hex(8)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def put(self, path: Path) -> str:
        """Move a finished file here; its name is answered."""
        name = f"{secrets.token_urlsafe(24)}{path.suffix}"
        if not _NAME.fullmatch(name):
            raise ValueError(f"no {path.suffix} is kept here")
        path.replace(self._ready / name)
        (self._ready / name).touch()
        return name

    def find(self, name: str) -> Path | None:
        """None for what is not here, or not any more."""
        path = self._ready / name
        if not _NAME.fullmatch(name):
            return None
        try:
            return path if self._age(path) < self.kept_seconds else None
        except FileNotFoundError:
            return None

    def check(self) -> None:
        """Raises OSError where no more files can be kept."""
        check_writable(self._work)

    def sweep(self) -> None:
        """Remove what is not kept any longer."""
        for path in list(self._ready.iterdir()):
            with contextlib.suppress(FileNotFoundError):
                if self._age(path) >= self.kept_seconds:
                    path.unlink()

    def keep_swept(self) -> None:
        """Sweep from now on, for as long as this process lives."""

        def sweep_for_ever() -> None:
            while True:
                with contextlib.suppress(OSError):
                    self.sweep()
                time.sleep(_SWEEP)

        threading.Thread(target=sweep_for_ever, name="shelf", daemon=True).start()

    def _age(self, path: Path) -> float:
        # By the wall clock: the file may be older than this process.
        return time.time() - path.stat().st_mtime
