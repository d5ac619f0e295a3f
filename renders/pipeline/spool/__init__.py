"""Videos that lie here because the bucket did not take them: noted, moved when it does, cleared away (R17).

A row is written from the outbox's `render.completed`, in the transaction that marks the event as read. The keeper
moves what is due: names in the bucket are made from content, so whoever dies on the way leaves nothing that a second
try would do twice. The addresses change in one guarded statement (`transitions/moved.py`); after a grace the copy here
goes.
"""

from __future__ import annotations

from renders.pipeline.spool.clearing import clear
from renders.pipeline.spool.moving import move_due
from renders.pipeline.spool.noting import note
from renders.pipeline.spool.room import look

EVERY = 15.0
"""Seconds between two looks at what is due."""

__all__ = ["EVERY", "attend", "note"]


def attend() -> None:
    """The keeper's duty. Safe to run twice at once."""
    look()
    move_due()
    clear()
