"""Child programs: the only way RenderHub starts any (R6, R19, DESIGN.md section 2).

`run` starts a program, feeds it, collects what it says and returns when it has ended. `spawn` starts a service
and returns at once. Either way the program has a session of its own, a small environment, limits, and a watchdog
that ends it together with all its descendants: at its deadline, when cancelled, when it ends by itself, and when
our process dies, however it dies. Both may be called from any thread and from prefork workers.
"""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from renderhub.lib.child_errors import (
    ChildCancelled,
    ChildError,
    ChildFailed,
    ChildMissing,
    ChildTimeout,
    Finished,
)
from renderhub.lib.conversation import Conversation, Limits
from renderhub.lib.guarded import GuardedProcess, Order, Stream
from renderhub.lib.service import Child

__all__ = [
    "Child",
    "ChildCancelled",
    "ChildError",
    "ChildFailed",
    "ChildMissing",
    "ChildTimeout",
    "Finished",
    "Limits",
    "run",
    "spawn",
]

logger = logging.getLogger(__name__)


def run(
    argv: Sequence[str | Path],
    *,
    limits: Limits,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    cancel: threading.Event | None = None,
    on_stdout: Callable[[bytes], None] | None = None,
    check: bool = True,
    user: tuple[int, int] | None = None,
) -> Finished:
    """Run a program to its end and return how it ended.

    `env` is added to PATH, LANG and HOME (the working folder). `on_stdout` gets every chunk as it comes, in this
    thread; what it raises ends the program and is passed on. `user`: (uid, gid) to run as, for root only.

    Raises `ChildMissing`, `ChildTimeout`, `ChildCancelled`; `ChildFailed` on a non-zero exit unless `check` is
    false; `ChildError` when it cannot be started or its watchdog was killed.
    """
    if cancel is not None and cancel.is_set():
        raise ChildCancelled()
    order = Order(argv, cwd, env, limits.seconds, limits.memory_mb, limits.file_mb, user=user)
    process = GuardedProcess(
        order,
        stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with closing(process), closing(Conversation(process, limits, stdin, on_stdout)) as talk:
        talk.hold(cancel)
    return _conclude(process, talk, limits, check)


def spawn(
    argv: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: Stream = subprocess.DEVNULL,
    stdout: Stream = subprocess.DEVNULL,
    stderr: Stream = subprocess.DEVNULL,
    memory_mb: int | None = None,
    stop_signal: int | None = None,
    orphan_grace: float = 0.0,
    user: tuple[int, int] | None = None,
) -> Child:
    """Start a long-running service and return once its program is running.

    `stdin`, `stdout`, `stderr`: as for `subprocess` (None: ours). `stop_signal`: what asks it to end (SIGTERM).
    `orphan_grace`: seconds between that signal and SIGKILL when our process dies (0: SIGKILL at once).

    Raises `ChildMissing` when the program cannot be executed, `ChildError` when it cannot be started.
    """
    order = Order(
        argv,
        cwd,
        env,
        memory_mb=memory_mb,
        stop_signal=stop_signal,
        orphan_grace=orphan_grace,
        user=user,
    )
    return Child(GuardedProcess(order, stdin=stdin, stdout=stdout, stderr=stderr))


def _conclude(process: GuardedProcess, talk: Conversation, limits: Limits, check: bool) -> Finished:
    """Turn the watchdog's report into a result or the right error."""
    process.raise_if_missing()
    ending = process.ending
    seconds = time.monotonic() - process.began
    late = seconds >= limits.seconds
    if ending is None and not late:
        raise ChildError(f"{process.program}: its watchdog was killed")
    if ending and ending.left:
        logger.warning("%s left %d processes that could not be killed", process.program, ending.left)
    finished = Finished(
        returncode=ending.returncode if ending else -9,
        stdout=bytes(talk.stdout),
        stderr=bytes(talk.stderr[-limits.output_bytes :]),
        seconds=seconds,
        cpu_seconds=ending.cpu_seconds if ending else 0.0,
        peak_mb=ending.peak_mb if ending else 0.0,
    )
    if ending is None or ending.reason == "timeout":
        raise ChildTimeout(f"{process.program} did not end within {limits.seconds:g} s", finished)
    if talk.cancelled:
        raise ChildCancelled(f"{process.program} was cancelled", finished)
    if ending.reason == "stopped":
        raise ChildError(f"{process.program}: its watchdog was told to stop", finished)
    if check and finished.returncode:
        raise ChildFailed(_failure(process.program, finished), finished)
    return finished


def _failure(program: str, finished: Finished) -> str:
    last = finished.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:300]
    return f"{Path(program).name} ended with code {finished.returncode}" + (f": {last}" if last else "")
