"""What our own machine is short of, told from a fault of the service that it asked (R30, R34). The one place for that.

A disk that is full or read-only, no file handles, no memory: whatever the service answered, it is not to blame. The
error carries `ours`, so that it counts against no circuit and no retry budget, and the work waits while the machine is
short (`pipeline/standing_by.py`).
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Mapping

from renderhub.lib.causes import causes
from renderhub.lib.child_errors import ChildFailed
from renders.domain.errors import ErrorCode, GenerationError

_ROOM = "Free space on the disk of the media folder (MEDIA_ROOT), then it goes on by itself."
_HANDLES = (
    "Raise the worker's limit of open files (ulimit -n, LimitNOFILE), or start it again; then it goes on by itself."
)
_KINDS: Mapping[int, tuple[str, str]] = {
    errno.ENOSPC: ("The disk of this machine is full", _ROOM),
    errno.EDQUOT: ("The disk quota of this machine's user is used up", f"Raise the quota. Or: {_ROOM}"),
    errno.EROFS: (
        "A disk of this machine is read-only",
        "Mount the disk of the media folder (MEDIA_ROOT) so that it takes files, then it goes on by itself.",
    ),
    errno.EMFILE: ("The worker has too many files open", _HANDLES),
    errno.ENFILE: ("This machine has too many files open", _HANDLES),
    errno.ENOMEM: (
        "There was not enough memory on this machine",
        "Give the worker more memory, run fewer side by side, or make a smaller scene or video.",
    ),
}
_SAID: Mapping[bytes, int] = {
    b"No space left on device": errno.ENOSPC,
    b"Disk quota exceeded": errno.EDQUOT,
    b"Read-only file system": errno.EROFS,
    b"Too many open files": errno.EMFILE,
    b"Cannot allocate memory": errno.ENOMEM,
    b"MemoryError": errno.ENOMEM,
    b"std::bad_alloc": errno.ENOMEM,
}
"""What programs say of it, in the C library's words. A file's title may hold them, too: they cost nobody more than a
look at whether the machine is short."""
_LAST_WORDS = 4000
_KILLED = -9
"""The end of a program that nobody of ours ended: the kernel ran out of memory."""


def shortage(provider: str, problem: BaseException) -> GenerationError | None:
    """The error for a fault of our own machine; None where the exception, and whatever it came from, is none."""
    for cause in causes(problem):
        number = _number(cause)
        if number is not None:
            return _error(provider, number, f"{type(cause).__name__}: {' '.join(str(cause).split())}")
    return None


def is_short(problem: BaseException) -> bool:
    """Whether the exception tells of a shortage of our own machine."""
    return any(_number(cause) is not None for cause in causes(problem))


def told(provider: str, words: str) -> GenerationError | None:
    """The same as `shortage`, of a program's own words about its end."""
    number = _said(words.encode("utf-8", "replace"))
    return None if number is None else _error(provider, number, words.strip()[-300:])


def _error(provider: str, number: int, said: str) -> GenerationError:
    what, remedy = _KINDS[number]
    name = errno.errorcode[number]
    return GenerationError(
        ErrorCode.PROVIDER_FAILURE,
        provider,
        f"{what} ({name}): {said[:300]}",
        provider_code=name,
        remedy=remedy,
        context={"cause": said[:500]},
        ours=True,
    )


def _number(one: BaseException) -> int | None:
    if isinstance(one, MemoryError):
        return errno.ENOMEM
    if isinstance(one, ChildFailed):
        return errno.ENOMEM if one.finished.returncode == _KILLED else _said(one.finished.stderr)
    if isinstance(one, OSError) and not isinstance(one, ssl.SSLError | socket.gaierror):  # they number otherwise
        return one.errno if one.errno in _KINDS else None
    return None


def _said(log: bytes) -> int | None:
    last = log[-_LAST_WORDS:]
    return next((number for words, number in _SAID.items() if words in last), None)
