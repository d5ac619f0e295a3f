"""A started server: its address, its process, and how one waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import backoff

from renderhub.embedded.errors import ServerNotStarted
from renderhub.lib.child import Child

READY_SECONDS = 60.0
"""For a server to accept connections. Recovery after a crash on a slow disk is what takes long."""


class NotYet(Exception):
    """The server does not answer yet."""


@dataclass(frozen=True)
class Server:
    """One running server. `stop_seconds`: how long it may take to end in good order."""

    name: str
    url: str
    socket: Path
    log: Path
    child: Child
    stop_seconds: float

    @property
    def pid(self) -> int:
        """Process id of the server itself."""
        return self.child.pid

    def stop(self) -> None:
        """Stop it in good order, or else by force; returns when no process of it is left."""
        self.child.terminate(self.stop_seconds)

    def wait_until_ready(self, probe: Callable[[], None], within: float = READY_SECONDS) -> None:
        """Call `probe` until it raises `NotYet` no more.

        Raises `ServerNotStarted` when the server ends or does not answer in time; it is stopped then.
        """

        def attempt() -> None:
            code = self.child.poll()
            if code is not None:
                raise ServerNotStarted(*self._complaint(f"ended with code {code}"))
            probe()

        patient = backoff.on_exception(
            backoff.expo, NotYet, factor=0.01, max_value=0.25, max_time=within, jitter=None, logger=None
        )
        try:
            patient(attempt)()
        except NotYet as exc:
            message, remedy = self._complaint(f"does not answer after {within:g} s ({exc})")
            self.stop()
            raise ServerNotStarted(message, remedy) from exc
        except BaseException:
            self.stop()
            raise

    def _complaint(self, what: str) -> tuple[str, str]:
        return (
            f"{self.name} {what}. Its log ends with:\n{log_tail(self.log)}",
            f"read {self.log}; free some disk space or memory if it asks for it; a server of your own is used "
            "when DATABASE_URL and BROKER_URL are set",
        )


def log_tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log, indented."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return "    (no log)"
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:]) or "    (empty)"
