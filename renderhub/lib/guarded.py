"""One guarded process: a program, the watchdog in front of it, and the two pipes between it and us.

The control pipe goes to the watchdog; when we die, however we die, the kernel closes our end and the watchdog
ends the program and all its descendants. Nothing rests on PR_SET_PDEATHSIG of *our* process, which fires when
the forking thread ends: a task of a threads pool may be the one that forks.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from renderhub.lib.child_errors import ChildError, ChildMissing

START_WATCHDOG = "import sys; sys.path.append(sys.argv[1]); import watchdog; watchdog.main()"
"""Imported, not run as a script: an import finds the compiled file, a script is compiled for every child."""
POLITE_SECONDS = 0.5
"""Between SIGTERM and SIGKILL where the caller names no grace."""
SETTLE_SECONDS = 10.0
"""How long the watchdog may take to end everything and report; longer, and the watchdog itself is ended."""
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
"""Of our environment a child sees these only: keys and passwords must be given to it by name (R112)."""

Stream = int | IO[Any] | None

_controls: set[int] = set()


def _forget_controls() -> None:
    # A process forked from us without exec (prefork) must not hold the pipes open: our death would go unseen.
    while _controls:
        os.close(_controls.pop())


os.register_at_fork(after_in_child=_forget_controls)


@dataclass(frozen=True)
class Order:
    """What to start and under which rules. Times in seconds, sizes in MB; None means no limit."""

    argv: Sequence[str | Path]
    cwd: Path | None = None
    env: Mapping[str, str] | None = None
    seconds: float | None = None
    memory_mb: int | None = None
    file_mb: int | None = None
    stop_signal: int | None = None
    grace: float = POLITE_SECONDS
    orphan_grace: float = 0.0
    user: tuple[int, int] | None = None

    def words(self, control: int, status: int) -> list[str]:
        """The watchdog's command line."""
        values: dict[str, object | None] = {
            "control": control,
            "status": status,
            "seconds": self.seconds,
            "memory_mb": self.memory_mb,
            "file_mb": self.file_mb,
            "signal": 15 if self.stop_signal is None else int(self.stop_signal),
            "grace": self.grace,
            "orphan_grace": self.orphan_grace,
            "uid": self.user and self.user[0],
            "gid": self.user and self.user[1],
        }
        options = [f"{name}={value}" for name, value in values.items() if value is not None]
        program = [os.fspath(word) for word in self.argv]
        folder = os.fspath(Path(__file__).parent)
        return [sys.executable, "-I", "-S", "-c", START_WATCHDOG, folder, *options, "--", *program]

    def environment(self) -> dict[str, str]:
        """PATH, LANG, HOME and little else, then what the caller gives."""
        base = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        base |= {"LANG": "C.UTF-8", "HOME": os.fspath(self.cwd or Path.cwd())}
        return base | dict(self.env or {})


@dataclass(frozen=True)
class Ending:
    """The watchdog's report. `reason`: exited, timeout, stopped, orphaned; `left`: who could not be killed."""

    reason: str
    returncode: int
    cpu_seconds: float
    peak_mb: float
    left: int


class GuardedProcess:
    """A started watchdog and what it has told us. Belongs to one thread at a time."""

    def __init__(self, order: Order, *, stdin: Stream, stdout: Stream, stderr: Stream):
        self.program = os.fspath(order.argv[0])
        self.began = time.monotonic()
        self.pid: int | None = None
        self.ending: Ending | None = None
        self.gone = False
        self._missing: str | None = None
        self._unread = b""
        theirs_control, self.control = os.pipe()
        self.status, theirs_status = os.pipe()
        _controls.add(self.control)
        try:
            self.popen = subprocess.Popen(
                order.words(theirs_control, theirs_status),
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                cwd=order.cwd,
                env=order.environment(),
                pass_fds=(theirs_control, theirs_status),
                start_new_session=True,
            )
        except OSError as exc:
            self._close_control()
            os.close(self.status)
            raise ChildError(f"{self.program} could not be started: {exc}") from exc
        finally:
            os.close(theirs_control)
            os.close(theirs_status)

    def read_status(self) -> None:
        """Take in what the watchdog says (blocks until it says something or is gone).

        Raises `ChildMissing` when the program could not be executed.
        """
        data = os.read(self.status, 65536)
        self.gone = not data
        *lines, self._unread = (self._unread + data).split(b"\n")
        for line in lines:
            self._hear(line.decode("utf-8", "replace"))
        if self.gone:
            self._collect()

    def _hear(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "started":
            self.pid = int(rest)
        elif word == "missing":
            self._missing = rest.partition(" ")[2] or rest
        elif word == "ended":
            reason, code, cpu, peak, left = rest.split()
            self.ending = Ending(reason, int(code), float(cpu), float(peak), int(left))

    def raise_if_missing(self) -> None:
        """Raises `ChildMissing` when the watchdog could not execute the program."""
        if self._missing is not None:
            raise ChildMissing(f"{self.program} cannot be run: {self._missing}")

    def ask_to_stop(self, grace: float) -> None:
        """The stop signal now, SIGKILL for all after `grace` seconds (0: at once). Does not wait."""
        if self.control >= 0:
            with contextlib.suppress(BrokenPipeError):  # it has ended meanwhile
                os.write(self.control, b"%f\n" % max(grace, 0.0))

    def close(self) -> None:
        """End whatever still runs, at once, and free the pipes; returns within `SETTLE_SECONDS`."""
        self._close_control()
        if self.status >= 0:
            os.close(self.status)
            self.status = -1
        self._collect()

    def abandon(self) -> None:
        """Kill the watchdog itself: the program dies with it (the kernel sees to that), descendants may not."""
        self.popen.kill()

    def _close_control(self) -> None:
        fd, self.control = self.control, -1
        if fd >= 0:
            _controls.discard(fd)
            os.close(fd)

    def _collect(self) -> None:
        try:
            self.popen.wait(SETTLE_SECONDS)
        except subprocess.TimeoutExpired:
            self.abandon()
            self.popen.wait()
