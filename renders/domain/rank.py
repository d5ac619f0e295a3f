"""The order in which waiting renders are served (R44): priority, then the workspace's turn, then age.

A rank is a moment in virtual time, in seconds; the smallest is served first. It is stored with the render and its
steps, so that a claim reads one index entry however many wait.
"""

from __future__ import annotations

from renders.domain.job import Priority

HEAD_START: dict[Priority, float] = {
    Priority.HIGH: 86_400.0,
    Priority.NORMAL: 0.0,
    Priority.LOW: -1_800.0,
}
"""Seconds by which a priority is served before its turn. Finite, so that nothing waits for ever: a `low` render is
overtaken for half an hour, and a `normal` one by `high` ones of the day that follows it."""

TURN = 60.0
"""Seconds of virtual time that one render takes of its workspace's turn: about what one costs to make."""


def rank(priority: Priority, now: float, last_turn: float | None) -> tuple[float, float]:
    """The rank of a new render and the workspace's turn after it (`pipeline/transitions/turn.py` says it in SQL).

    `now` is the time in seconds since the epoch; `last_turn` is what this function answered last for the same
    workspace and priority. A workspace that asks for many at once spreads them over its own turns, so another
    workspace's one comes next (start-time fair queueing).
    """
    turn = now if last_turn is None else max(now, last_turn + TURN)
    return place(priority, turn), turn


def place(priority: Priority, turn: float) -> float:
    """The rank of a render whose workspace's turn it is at `turn`."""
    return turn - HEAD_START[priority]
