"""Work with FFmpeg that belongs together: its folder, its deadline, and its end when it is cancelled."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from renderhub.lib import child
from renders.domain.shortage import is_short
from renders.media import ffmpeg
from renders.media.forms import Form, Kind, Refused, form_of

_MEMORY_MB = 3000


class BadAsset(ValueError):
    """An input file cannot be used; the message names the asset and says why."""


class Stop(threading.Event):
    """Set by the first failure of a piece of work; counts as set, too, when the request was cancelled."""

    def __init__(self, cancelled: threading.Event) -> None:
        super().__init__()
        self._cancelled = cancelled

    def is_set(self) -> bool:
        return super().is_set() or self._cancelled.is_set()


@dataclass(frozen=True)
class Session:
    folder: Path
    deadline: float
    """By the monotonic clock."""
    stop: Stop = field(repr=False)

    @property
    def seconds(self) -> float:
        """Time left; never 0, so that what starts too late ends as a time-out."""
        return max(0.05, self.deadline - time.monotonic())

    def scratch(self, suffix: str) -> Path:
        """A file of the folder that nobody else uses."""
        return self.folder / f"{uuid.uuid4().hex}{suffix}"

    def ffmpeg(self, arguments: Sequence[str | Path], *, reads: str = "") -> bytes:
        """Run FFmpeg in the folder; returns its log.

        `reads`: the asset that it decodes, if the run's failure means that this asset is broken. Raises BadAsset
        then, and child.ChildError otherwise.
        """
        try:
            finished = ffmpeg.run(
                ["-y", "-nostats", *arguments],
                seconds=self.seconds,
                cwd=self.folder,
                cancel=self.stop,
                memory_mb=_MEMORY_MB,
            )
        except child.ChildFailed as error:
            if reads and error.finished.returncode > 0 and not is_short(error):
                raise BadAsset(f"{reads}: it cannot be decoded ({error}).") from error
            raise
        return finished.stderr


def checked_form(name: str, path: Path, *kinds: Kind) -> Form:
    """The form of an asset's file. Raises BadAsset where it is of another kind; OSError where it cannot be read."""
    try:
        form = form_of(path)
    except (Refused, OSError) as error:
        if is_short(error):
            raise
        raise BadAsset(f"{name}: {error}.") from error
    if form.kind not in kinds:
        raise BadAsset(f"{name}: it is {form.mime}, not {' or '.join(kinds)}.")
    return form


def source(path: Path) -> str:
    """A file as FFmpeg's `-i` takes it, whatever its name looks like."""
    return f"file:{path.absolute()}"
