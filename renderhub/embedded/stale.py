"""A PostgreSQL that an earlier supervisor left behind, running or only as a pid file."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from renderhub.embedded.errors import EmbeddedError

LEAVE_SECONDS = 6.0
"""The watchdog of a killed supervisor ends its server within this time: wait for that first."""


def end_stale_postmaster(data: Path) -> None:
    """Make sure that no server uses this database folder. The caller holds the home's lock, so none may.

    Raises `EmbeddedError` when one does and cannot be ended.
    """
    pid_file = data / "postmaster.pid"
    pid = _pid_in(pid_file)
    if pid is None:
        return
    for number, patience in ((0, LEAVE_SECONDS), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        if number and _serves(pid, data):
            try:
                os.kill(pid, number)
            except PermissionError:
                break
        if _gone(pid, data, patience):
            # PostgreSQL would refuse to start if its old pid belongs to an unrelated process by now.
            pid_file.unlink(missing_ok=True)
            return
    raise EmbeddedError(
        f"a PostgreSQL that RenderHub did not start uses {data} (process {pid})",
        f"end process {pid}, or set RENDERHUB_HOME to another folder",
    )


def _gone(pid: int, data: Path, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while _serves(pid, data):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _pid_in(pid_file: Path) -> int | None:
    try:
        first = pid_file.read_text().split("\n", 1)[0].strip()
    except OSError:
        return None
    return int(first) if first.isdigit() else None


def _serves(pid: int, data: Path) -> bool:
    """Whether this process is a server of this folder: a server's working folder is its data."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(data)
    except FileNotFoundError:
        return not Path("/proc/self").exists() and _exists(pid)
    except PermissionError:
        return _exists(pid)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
