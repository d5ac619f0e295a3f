"""Looking at processes from outside, as an operator would, and ending those that one has started."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path


def alive(pid: int) -> bool:
    """Whether a process exists and is not a zombie that only waits to be collected."""
    return _state(pid)[:1] not in ([], [b"Z"], [b"X"])


def below(*roots: int) -> list[int]:
    """All living descendants of these processes."""
    children: dict[int, list[int]] = {}
    for pid in _all():
        match _state(pid):
            case [_, parent, *_]:
                children.setdefault(int(parent), []).append(pid)
    found: list[int] = []
    todo = [*roots]
    while todo:
        found += (new := children.get(todo.pop(), []))
        todo += new
    return [pid for pid in found if alive(pid)]


def marked(mark: str) -> list[int]:
    """All living processes with this text in their command line or environment: found wherever they were moved to."""
    own, text = os.getpid(), mark.encode()
    return [
        pid for pid in _all() if pid != own and text in _read(pid, "cmdline") + _read(pid, "environ") and alive(pid)
    ]


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    """Signal a process that may be gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def children(pid: int) -> list[int]:
    """Direct children of a process, whichever of its threads started them."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(child) for child in task.read_text().split()]
    return [child for child in found if alive(child)]


def _all() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 (asked for while others work)


def _state(pid: int) -> list[bytes]:
    """State, parent and what follows them; nothing of a process that is gone."""
    return _read(pid, "stat").rpartition(b")")[2].split()


def _read(pid: int, name: str) -> bytes:
    """What the system tells of a process; nothing where it is gone, or not ours to ask."""
    with suppress(OSError), open(f"/proc/{pid}/{name}", "rb") as told:  # noqa: PTH123
        return told.read()
    return b""
