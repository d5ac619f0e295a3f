# pathlib and contextlib would be loaded anew for each child:
# ruff: noqa: PTH123, PTH208, SIM105
"""Stands between RenderHub and one child program, and leaves nobody behind.

Run by `renderhub.lib.guarded` in a Python of its own with ``name=value ... -- PROGRAM ARGS``. It adopts
every orphan of the program (``PR_SET_CHILD_SUBREAPER``), so whatever the program started, also what went
into a session of its own, is found and killed when the program ends, when its deadline passes, when it is
told to stop, or when the control pipe reports the end of RenderHub itself.

This file imports the standard library only, and of that only what loads fast: it runs once for each child
(`signal` would cost 8 ms for its enums and `ctypes` as much for its types, so their C halves are used; `typing` would
cost 20 ms).
"""

import _ctypes
import _signal as signal  # type: ignore[import-not-found]
import os
import select
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import NoReturn

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
LINUX = sys.platform == "linux"
KILL_SECONDS = 5.0
"""How long SIGKILL is repeated for descendants that do not end (stuck in the kernel, or not ours to kill)."""


def prctl(option: int, value: int) -> None:
    """Set one process attribute; systems other than Linux have none and rest on process groups."""
    if LINUX:
        ourselves = _ctypes.dlopen(None, 0)  # type: ignore[arg-type]
        _ctypes.call_function(_ctypes.dlsym(ourselves, "prctl"), (option, value, 0, 0, 0))


def descendants(root: int) -> list[int]:
    """Every living process below `root`, found by walking /proc (empty where there is no /proc)."""
    below: dict[int, list[int]] = {}
    for name in os.listdir("/proc") if LINUX else ():
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as stat:
                    # The command in brackets may itself hold brackets and spaces: read behind the last one.
                    parent = int(stat.read().rsplit(b")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            below.setdefault(parent, []).append(int(name))
    found: list[int] = []
    todo = [root]
    while todo:
        children = below.get(todo.pop(), [])
        found += children
        todo += children
    return found


class Watchdog:
    """Starts the program, watches it, ends it with all its descendants, reports how it went."""

    def __init__(self, options: dict[str, str], argv: list[str]) -> None:
        self.argv = argv
        self.options = options
        self.control = int(options["control"])
        self.report_to = int(options["status"])
        self.deadline = time.monotonic() + float(options.get("seconds", "inf"))
        self.main = 0
        self.status: int | None = None
        self.alone = False
        self.cpu_seconds = 0.0
        self.peak_kb = 0
        self.told_to_stop = False
        self.orphaned = False
        self.wake_read, self.wake_write = os.pipe()
        self.poller = select.poll()
        self.poller.register(self.wake_read, select.POLLIN)

    def run(self) -> None:
        """Do the whole job; returns when no descendant is left (or none can be killed)."""
        for fd in (self.control, self.report_to):
            os.set_inheritable(fd, False)
        for fd in (self.control, self.wake_read, self.wake_write):
            os.set_blocking(fd, False)
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        signal.set_wakeup_fd(self.wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.on_signal)
        problem = self.start()
        if problem:
            self.report(f"missing {problem}")
            return
        self.report(f"started {self.main}")
        reason = self.watch()
        left = self.end_all()
        code = os.waitstatus_to_exitcode(self.status) if self.status is not None else -signal.SIGKILL
        peak_mb = self.peak_kb / (1024 if LINUX else 1024 * 1024)
        self.report(f"ended {reason} {code} {self.cpu_seconds:.6f} {peak_mb:.3f} {left}")

    def on_signal(self, number: int, frame: object) -> None:
        """Somebody other than RenderHub asks for the end: the machine shuts down, an operator's `kill`."""
        self.told_to_stop = True

    def report(self, line: str) -> None:
        """Tell RenderHub; if it is gone there is nobody to tell."""
        try:
            os.write(self.report_to, line.encode("utf-8", "surrogateescape") + b"\n")
        except OSError:
            pass

    def start(self) -> str:
        """Fork and execute the program; returns why it could not be executed, or an empty string."""
        failure_read, failure_write = os.pipe()
        parent = os.getpid()
        self.main = os.fork()
        if self.main == 0:
            self.become_program(failure_write, parent)
        os.close(failure_write)
        with open(failure_read, "rb") as failure:  # ends with the program's exec (close-on-exec) or its exit
            return failure.read().decode("utf-8", "replace").replace("\n", " ")

    def become_program(self, failure_write: int, parent: int) -> "NoReturn":
        """In the fork: own session, user, limits and signals, then execute."""
        try:
            import resource  # here: only the fork needs it; now: another user may not reach our Python's library

            os.setsid()
            if "uid" in self.options:
                os.setgroups([])
                os.setgid(int(self.options["gid"]))
                os.setuid(int(self.options["uid"]))
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # after setuid, which clears it
            if os.getppid() != parent:
                os._exit(127)
            for number in signal.valid_signals():
                if number not in (signal.SIGKILL, signal.SIGSTOP):
                    signal.signal(number, signal.SIG_DFL)  # Python ignores some, and that would be inherited
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            for kind, size in self.limits(resource).items():
                hard = resource.getrlimit(kind)[1]
                size = size if hard == resource.RLIM_INFINITY else min(size, hard)
                resource.setrlimit(kind, (size, size))
            self.execute()
        except OSError as exc:
            os.write(failure_write, f"{exc.errno} {exc.strerror}".encode())
        except BaseException as exc:
            os.write(failure_write, f"0 {exc!r}".encode())
        os._exit(127)

    def execute(self) -> "NoReturn":
        """Like `os.execvp`, which would load more modules. Raises OSError."""
        program = self.argv[0]
        problem: OSError = FileNotFoundError(2, "No such file or directory")
        for folder in [""] if "/" in program else os.environ.get("PATH", os.defpath).split(":"):
            try:
                os.execv(f"{folder}/{program}" if folder else program, self.argv)
            except OSError as exc:
                problem = problem if isinstance(exc, (FileNotFoundError, NotADirectoryError)) else exc
        raise problem

    def limits(self, resource: "ModuleType") -> dict[int, int]:
        """Bytes of address space and of any one written file; no core dumps."""
        limits = {resource.RLIMIT_CORE: 0}
        for name, kind in (("memory_mb", resource.RLIMIT_AS), ("file_mb", resource.RLIMIT_FSIZE)):
            if name in self.options:
                limits[kind] = int(self.options[name]) * 1024 * 1024
        return limits

    def watch(self) -> str:
        """Wait for the program's end and for orders; returns why it ended."""
        reason, kill_at = "exited", float("inf")
        self.poller.register(self.control, select.POLLIN)
        while not self.reap():
            now = time.monotonic()
            for order, grace in self.orders(now):
                if reason == "exited":
                    reason = order
                    self.send(int(self.options["signal"]) if grace else signal.SIGKILL)
                kill_at = min(kill_at, now + grace)
            if now >= kill_at:
                break
            until = kill_at if reason != "exited" else self.deadline
            self.poller.poll(min(max(until - now, 0.001), 3600) * 1000 + 1)
            drain(self.wake_read)
        return reason

    def orders(self, now: float) -> list[tuple[str, float]]:
        """What asks for the end at this moment, each with the seconds of grace it leaves."""
        asked: list[tuple[str, float]] = []
        grace = float(self.options.get("grace", "0.5"))
        if now >= self.deadline:
            asked.append(("timeout", grace))
            self.deadline = float("inf")
        if self.told_to_stop:
            asked.append(("stopped", grace))
            self.told_to_stop = False
        lines = None if self.orphaned else drain(self.control)
        if lines == b"":
            self.orphaned = True
            self.poller.unregister(self.control)  # a closed pipe stays readable: it would keep us turning
            asked.append(("orphaned", float(self.options.get("orphan_grace", "0"))))
        for word in (lines or b"").split():
            asked.append(("stopped", float(word)))
        return asked

    def send(self, number: int) -> None:
        """Signal the program itself: what it does with its children at a polite signal is its affair."""
        try:
            os.kill(self.main, number)
        except ProcessLookupError:
            pass

    def reap(self) -> bool:
        """Collect whoever has ended; true once the program is gone."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                self.alone = True
                return True
            if pid == 0:
                return self.status is not None
            self.cpu_seconds += usage.ru_utime + usage.ru_stime
            self.peak_kb = max(self.peak_kb, usage.ru_maxrss)
            if pid == self.main:
                self.status = status

    def end_all(self) -> int:
        """SIGKILL every descendant until none is left; returns how many could not be ended."""
        give_up = time.monotonic() + KILL_SECONDS
        while True:
            self.reap()
            if self.alone:
                return 0
            left = descendants(os.getpid())
            for pid in left or [-self.main]:
                try:
                    os.kill(pid, signal.SIGKILL)
                except (ProcessLookupError, PermissionError):
                    pass
            if time.monotonic() > give_up:
                return len(left)
            self.poller.poll(20)
            drain(self.wake_read)


def drain(fd: int) -> bytes | None:
    """What a non-blocking pipe holds: bytes, nothing for now (None), or its end (empty)."""
    try:
        return os.read(fd, 65536)
    except BlockingIOError:
        return None


def main() -> None:
    """Read the order from the command line and carry it out."""
    split = sys.argv.index("--")
    options = dict(word.split("=", 1) for word in sys.argv[2:split])
    Watchdog(options, sys.argv[split + 1 :]).run()
    os._exit(0)  # nothing to clean up, and every millisecond counts
