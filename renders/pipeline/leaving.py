"""A step that goes on without its provider leaves no work behind there: what that is at, or may be at, is written down
with the move that decides so, whoever dies next. `pipeline/strays.py` cancels it (R6)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from renders.pipeline import chains
from renders.pipeline.transitions import strays
from renders.pipeline.transitions.claim import Claimed
from renders.providers.base import Recallable


@contextmanager
def without_its_work(claimed: Claimed, *, asked: bool = True) -> Iterator[None]:
    """Around a move after which nobody waits for the claim's provider. `asked`: whether it may have been asked."""
    if not claimed.job_id and not (asked and _goes_on_by_itself(claimed.provider)):
        yield
        return
    with transaction.atomic():
        strays.note(claimed)
        yield


def _goes_on_by_itself(name: str) -> bool:
    if not chains.is_remote(name):
        return False
    try:
        return isinstance(chains.provider(name), Recallable)
    except Exception:  # what cannot be loaded was asked for nothing
        return False
