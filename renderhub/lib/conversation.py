"""What passes between us and a running child program: its input, its two outputs, and the watchdog's report."""

from __future__ import annotations

import os
import selectors
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from renderhub.lib.guarded import POLITE_SECONDS, SETTLE_SECONDS, GuardedProcess

CANCEL_SECONDS = 0.05
"""How often a cancel event is looked at: `threading.Event` cannot be waited for together with pipes."""


@dataclass(frozen=True)
class Limits:
    """What a child program may use.

    `seconds`: wall time, then it is ended. `memory_mb`: address space of each process. `file_mb`: size of any file
    written. `output_bytes`: kept of each stream (the head of stdout, the tail of stderr); the rest is read and
    dropped, so a chatty program never blocks.
    """

    seconds: float
    memory_mb: int | None = None
    file_mb: int | None = None
    output_bytes: int = 1_000_000


class Conversation:
    """Feeds a program, reads its two streams and the watchdog's report, until it has ended."""

    def __init__(
        self,
        process: GuardedProcess,
        limits: Limits,
        stdin: bytes,
        on_stdout: Callable[[bytes], None] | None,
    ) -> None:
        self.process = process
        self.keep = limits.output_bytes
        self.stdin = memoryview(stdin)
        self.on_stdout = on_stdout
        self.stdout = bytearray()
        self.stderr = bytearray()
        self.cancelled = False
        self.give_up = process.began + limits.seconds + POLITE_SECONDS + SETTLE_SECONDS
        self.selector = selectors.DefaultSelector()
        popen = process.popen
        for stream, act in ((popen.stdout, self.read_stdout), (popen.stderr, self.read_stderr)):
            assert stream is not None
            os.set_blocking(stream.fileno(), False)
            self.selector.register(stream.fileno(), selectors.EVENT_READ, act)
        if popen.stdin is not None:
            os.set_blocking(popen.stdin.fileno(), False)
            self.selector.register(popen.stdin.fileno(), selectors.EVENT_WRITE, self.write_stdin)
        self.selector.register(process.status, selectors.EVENT_READ, self.read_status)

    def hold(self, cancel: threading.Event | None) -> None:
        """Talk until the watchdog is gone; it enforces the deadline, we ask it to stop on cancel."""
        while not self.process.gone:
            if cancel is not None and not self.cancelled and cancel.is_set():
                self.cancelled = True
                self.process.ask_to_stop(POLITE_SECONDS)
            if time.monotonic() > self.give_up:
                self.process.abandon()
            for key, _ in self.selector.select(CANCEL_SECONDS if cancel is not None else 1.0):
                key.data(key.fd)
        for fd, act in ((key.fd, key.data) for key in list(self.selector.get_map().values())):
            if act in (self.read_stdout, self.read_stderr):
                while act(fd):  # what was written just before the end is still in the pipe
                    pass

    def read_stdout(self, fd: int) -> bool:
        """Keep the head; hand every chunk on. False when there is nothing more for now."""
        chunk = self._read(fd)
        self.stdout += chunk[: max(0, self.keep - len(self.stdout))]
        if chunk and self.on_stdout is not None:
            self.on_stdout(chunk)
        return bool(chunk)

    def read_stderr(self, fd: int) -> bool:
        """Keep the tail: the reason of a failure stands in the last lines. False when there is no more."""
        chunk = self._read(fd)
        self.stderr += chunk
        if len(self.stderr) > 2 * self.keep:
            del self.stderr[: len(self.stderr) - self.keep]
        return bool(chunk)

    def _read(self, fd: int) -> bytes:
        try:
            chunk = os.read(fd, 65536)
        except BlockingIOError:
            return b""
        if not chunk:
            self.selector.unregister(fd)
        return chunk

    def write_stdin(self, fd: int) -> None:
        """Feed the program; one that stops reading is not an error of ours."""
        try:
            self.stdin = self.stdin[os.write(fd, self.stdin[:65536]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self.stdin = self.stdin[:0]
        if not self.stdin and self.process.popen.stdin is not None:
            self.selector.unregister(fd)
            self.process.popen.stdin.close()

    def read_status(self, _: int) -> None:
        """Hear the watchdog out."""
        self.process.read_status()

    def close(self) -> None:
        """Free the pipes."""
        self.selector.close()
        for stream in (self.process.popen.stdin, self.process.popen.stdout, self.process.popen.stderr):
            if stream is not None:
                stream.close()
