"""Faults of the machine that a drill plays in its workers: a disk that is full, a clock that has jumped.

They are played where the machine would play them, at the call that writes and where Python reads the clock; what
follows is the real system's affair. They cannot be had for real without
harm to whoever else uses the disk or the clock.
"""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path
from typing import Any

from renders.drills import weather, wrong_clock

_installed = False


def install(folder: Path) -> None:
    """Once a process; what is played follows the weather from then on."""
    global _installed
    if _installed:
        return
    _installed = True
    _play_the_disk(folder)
    name = os.environ.get("DRILL_POST", "")
    wrong_clock.install(lambda: weather.read(folder).clocks.get(name, 0.0))


def _play_the_disk(folder: Path) -> None:
    media = str(Path(os.environ.get("MEDIA_ROOT", folder / "media")))
    write = io.open

    def opened(file: Any, mode: str = "r", *more: Any, **named: Any) -> Any:
        if any(letter in mode for letter in "wax") and str(file).startswith(media) and weather.read(folder).disk_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))
        return write(file, mode, *more, **named)

    io.open = opened  # what pathlib opens files with
    os_open = os.open

    def os_opened(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if flags & os.O_CREAT and str(path).startswith(media) and weather.read(folder).disk_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return os_open(path, flags, *more, **named)

    os.open = os_opened
