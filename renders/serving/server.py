"""The service under gunicorn: one worker, so that its bounds are those of the whole service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gunicorn.app.base import BaseApplication

from renders.serving.application import Application

_OTHERS = 8
"""Threads beside those that render or wait: for health, for files, and to say that all is full."""
_GRACE = 5
"""Seconds for what is in hand when the service is told to stop; whoever loses a call asks again elsewhere."""


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @property
    def bound(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Server(BaseApplication):  # type: ignore[misc]
    """Serves until it is told to stop. `make` is called in the worker: what has threads must not be forked."""

    def __init__(self, address: Address, most: int, make: Callable[[], Application]) -> None:
        """`most`: orders at once, those that wait included."""
        self._address, self._threads, self._make = address, most + _OTHERS, make
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self._address.bound,
            "worker_class": "gthread",
            "workers": 1,
            "threads": self._threads,
            # More than that are not even accepted: they wait in the kernel, or are refused there.
            "worker_connections": 4 * self._threads,
            "graceful_timeout": _GRACE,
            "keepalive": 2,
            "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Application:
        return self._make()
