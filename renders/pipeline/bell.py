"""The bell: tells a queue that a step of a stage is due. The tasks hand in how it is rung (DESIGN section 5).

It carries nothing that matters, and may be lost: the keeper rings again (I1).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from renders.pipeline.transitions.steps import Freed

logger = logging.getLogger(__name__)

Ring = Callable[[Freed], None]
_ring: Ring | None = None


def install(ring: Ring) -> None:
    global _ring
    _ring = ring


def ring(freed: Iterable[Freed]) -> None:
    """Ring once for each; a broker that does not answer costs a moment and a log line, no more."""
    if _ring is None:
        return
    for step in freed:
        try:
            _ring(step)
        except Exception as error:  # any transport has errors of its own; none of them may fail the caller
            logger.warning("The broker did not take the bell; the keeper will ring again: %s", error)
            return
