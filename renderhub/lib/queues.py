"""Which queue a provider's work goes to (DESIGN section 7): the pools differ in what they wait for."""

from __future__ import annotations

from enum import StrEnum


class Queue(StrEnum):
    IO = "io"
    """Waiting on networks: threads."""
    CPU = "cpu"
    """Drawing, speaking, composing: prefork, one process per core."""
    CONTROL = "control"
    """Events, alerts, reports: never starved by the other two."""
