"""A long-running child program: looked after, asked to stop, waited for."""

from __future__ import annotations

import select
import time

from renderhub.lib.child_errors import ChildError, ChildTimeout
from renderhub.lib.guarded import POLITE_SECONDS, SETTLE_SECONDS, GuardedProcess


class Child:
    """A service started by `renderhub.lib.child.spawn`. Use it from one thread at a time."""

    def __init__(self, process: GuardedProcess) -> None:
        self._process = process
        while process.pid is None and not process.gone:
            process.read_status()
        if process.pid is None:
            process.close()
            process.raise_if_missing()
            raise ChildError(f"{process.program}: its watchdog ended before it started")
        self.pid = process.pid
        """Process id of the program itself (not of its watchdog)."""

    @property
    def watchdog_pid(self) -> int:
        """Process id of the watchdog."""
        return self._process.popen.pid

    def poll(self) -> int | None:
        """Exit code (negative: signal), or None while the program or any descendant runs."""
        return self._look(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end of the program and all its descendants; returns the exit code.

        Raises `ChildTimeout` when it still runs after `timeout` seconds; it goes on running.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            code = self._look(left)
            if code is not None:
                return code
            if left == 0.0:
                raise ChildTimeout(f"{self._process.program} still runs after {timeout:g} s")

    def ask_to_stop(self, grace: float) -> None:
        """Send the stop signal; SIGKILL for all follows after `grace` seconds. Returns at once.

        A later call can only shorten the grace; 0 kills at once.
        """
        self._process.ask_to_stop(grace)

    def terminate(self, grace: float) -> int:
        """Stop it within `grace` seconds (a little more when it must be killed); returns the exit code."""
        self.ask_to_stop(grace)
        try:
            return self.wait(grace + SETTLE_SECONDS)
        except ChildTimeout:
            self._process.abandon()
            return self.wait(POLITE_SECONDS)

    def _look(self, timeout: float | None) -> int | None:
        process = self._process
        if not process.gone:
            poller = select.poll()
            poller.register(process.status, select.POLLIN)
            if not poller.poll(None if timeout is None else timeout * 1000):
                return None
            process.read_status()
        if not process.gone:
            return None
        process.close()
        return process.ending.returncode if process.ending else -9
