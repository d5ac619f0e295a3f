"""A conversation with a program that is kept running: a line of JSON in, a line of JSON out, bounded in time."""

from __future__ import annotations

import contextlib
import json
import os
import select
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from renderhub.lib import child

_LONGEST_ANSWER = 1_000_000
"""Bytes. Whoever says more without a line's end is not talking to us."""
_CANCEL_SECONDS = 0.05
_LAST_WORDS = 1_500


class WarmError(Exception):
    """The program did not answer; it has been ended with everything that it had started."""

    def __init__(self, message: str, last_words: str = "", returncode: int | None = None) -> None:
        super().__init__(message)
        self.last_words, self.returncode = last_words, returncode


class Died(WarmError):
    """It ended before it had answered."""


class Late(WarmError):
    """Its answer did not come in time."""


class Cancelled(WarmError):
    """The answer is not wanted any more."""


class Rubbish(WarmError):
    """What it said is no answer."""


class WarmProgram:
    """One running program. Use it from one thread at a time; after a `WarmError` it is gone."""

    def __init__(self, argv: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path, memory_mb: int) -> None:
        """Starts it. Raises `child.ChildMissing` where it cannot be executed, `child.ChildError`."""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `end`)
        theirs_in, self._to = os.pipe()
        self._from, theirs_out = os.pipe()
        self._unread = b""
        try:
            self._child = child.spawn(
                argv, cwd=cwd, env=env, stdin=theirs_in, stdout=theirs_out, stderr=self._errors, memory_mb=memory_mb
            )
        except child.ChildError:
            self._close()
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)
        self.pid = self._child.pid

    @property
    def alive(self) -> bool:
        return self._child.poll() is None

    def ask(self, question: Mapping[str, Any], deadline: float, cancel: threading.Event) -> Mapping[str, Any]:
        """Say one line and wait for one. `deadline`: of `time.monotonic`. Raises a `WarmError`."""
        self._forget_errors()
        return self._talk(json.dumps(question).encode() + b"\n", deadline, cancel)

    def hear(self, deadline: float, cancel: threading.Event) -> Mapping[str, Any]:
        """Wait for a line that it says by itself. Raises a `WarmError`."""
        return self._talk(b"", deadline, cancel)

    def end(self) -> int:
        """End it at once, with its descendants; returns its exit code."""
        code = self._child.terminate(0)
        self._close()
        return code

    def _talk(self, unsaid: bytes, deadline: float, cancel: threading.Event) -> Mapping[str, Any]:
        while b"\n" not in self._unread:
            if cancel.is_set():
                raise self._gone(Cancelled, "The scene was cancelled.")
            left = deadline - time.monotonic()
            if left <= 0:
                raise self._gone(Late, "The scene was not ready in time.")
            readable, writable, _ = select.select(
                [self._from], [self._to] if unsaid else [], [], min(left, _CANCEL_SECONDS)
            )
            if writable:
                try:
                    unsaid = unsaid[os.write(self._to, unsaid[:65536]) :]
                except BrokenPipeError:
                    unsaid = b""  # it is gone: its last words, if any, are still to be read
            if readable:
                self._read()
        line, _, self._unread = self._unread.partition(b"\n")
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise self._gone(Rubbish, f"It said {line[:80]!r}.")
        return answer

    def _read(self) -> None:
        chunk = os.read(self._from, 1 << 20)
        if not chunk:
            raise self._gone(Died, "It ended without an answer.")
        self._unread += chunk
        if len(self._unread) > _LONGEST_ANSWER:
            raise self._gone(Rubbish, f"It said {len(self._unread)} bytes without an end.")

    def _gone(self, kind: type[WarmError], message: str) -> WarmError:
        words = self._last_words()
        return kind(message, words, self.end())

    def _last_words(self) -> str:
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - _LAST_WORDS))
        return self._errors.read().decode("utf-8", "replace").strip()

    def _forget_errors(self) -> None:
        with contextlib.suppress(OSError):
            self._errors.truncate(0)
            self._errors.seek(0)

    def _close(self) -> None:
        for fd in (self._to, self._from):
            os.close(fd)
        self._errors.close()
