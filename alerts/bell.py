"""The bell of the senders: says that something is due, and may be lost. The task hands in how it is rung."""

from __future__ import annotations

import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)

_ring: Callable[[], object] | None = None


def install(ring: Callable[[], object] | None) -> None:
    global _ring
    _ring = ring


def ring() -> None:
    """A broker that does not answer costs a moment and a log line: the keeper rings again, and sends in the end."""
    if _ring is None:
        return
    try:
        _ring()
    except Exception as error:  # any transport has errors of its own; none of them may fail the caller
        logger.warning("The broker did not take the bell for messages; the keeper sees to it: %s", error)
