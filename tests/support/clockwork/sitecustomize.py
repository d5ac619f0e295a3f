"""Loaded by Python as it starts, in the processes of a test that sets the clock: this folder is on their PYTHONPATH.

The time of day is that of a file which all of them have in memory, beside the machine's monotonic clock: one write
moves them all at once. Nothing else knows of it: what sleeps, waits or measures goes by the monotonic clock as ever.
"""

from __future__ import annotations

import mmap
import os
import struct
import time
from pathlib import Path

import time_machine

_FORM = struct.Struct("q")


class _SetByTheTest(time_machine.Traveller):
    """Nanoseconds since 1970 are the monotonic clock's plus what the file says."""

    def __init__(self, place: Path) -> None:
        super().__init__(0, None, tick=True)
        with place.open("rb") as file:
            self._view = mmap.mmap(file.fileno(), _FORM.size, access=mmap.ACCESS_READ)

    def time_ns(self) -> int:
        (beside,) = _FORM.unpack(self._view[:])
        return time.monotonic_ns() + int(beside)


if "TEST_CLOCK" in os.environ:
    time_machine.travel(0).start()
    time_machine.traveller_stack[-1] = _SetByTheTest(Path(os.environ["TEST_CLOCK"]))
