"""How a child program can end: the figures of its end, and the errors (R19, DESIGN.md section 2)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finished:
    """A child program that has ended, with everything it started.

    `returncode` is negative for a signal. `seconds` is wall time; `cpu_seconds` is user and system time of the
    program and of all descendants; `peak_mb` is the largest resident memory of any one of them, in MB.
    """

    returncode: int
    stdout: bytes
    stderr: bytes
    seconds: float
    cpu_seconds: float
    peak_mb: float


class ChildError(Exception):
    """A child program could not do its work."""

    def __init__(self, message: str = "", finished: Finished | None = None) -> None:
        super().__init__(message or self.__doc__)
        self.finished = finished
        """What is known of its end: always set on `ChildFailed`, and where the program had started."""


class ChildTimeout(ChildError):
    """The child program did not end within its time limit and was ended, with its descendants."""


class ChildCancelled(ChildError):
    """The work was cancelled; the child program was ended, with its descendants."""


class ChildMissing(ChildError):
    """The program does not exist or cannot be executed."""


class ChildFailed(ChildError):
    """The child program ended with a non-zero exit code or by a signal."""

    finished: Finished
