"""A short, private folder for the servers' unix sockets.

A socket's path may have 107 bytes, and the project may lie much deeper than that: so the folder is made under /tmp,
with a name nobody can guess, open to its owner only.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

PREFIX = "renderhub-"
MARK = ".sockets"
"""In every folder of ours: what only has a name like ours is left alone."""
YOUNG_SECONDS = 60.0
"""A folder this young may not be locked by its maker yet."""


class SocketFolder:
    """The folder, locked as long as its owner lives."""

    def __init__(self, base: Path = Path("/tmp")) -> None:
        base = base if os.access(base, os.W_OK) else Path(tempfile.gettempdir())
        sweep(base)
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))  # mode 0700
        (self.path / MARK).touch()
        self._lock = os.open(self.path, os.O_RDONLY)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def remove(self) -> None:
        """Remove the folder; the servers are stopped."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def sweep(base: Path) -> None:
    """Remove folders that owners who were killed left behind."""
    for folder in base.glob(f"{PREFIX}*"):
        try:
            about = folder.lstat()
            if about.st_uid != os.geteuid() or time.time() - about.st_mtime < YOUNG_SECONDS:
                continue
            fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if (folder / MARK).exists():
                shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            pass  # its owner lives
        finally:
            os.close(fd)
