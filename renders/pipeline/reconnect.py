"""A finished piece of work outlives a database that restarts under it: its move is made again on a new connection."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import backoff
from django.db import DatabaseError, Error, InterfaceError, OperationalError, connection

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

PATIENCE = 120.0
"""Seconds for which a move is tried again. The worker has nothing better to do: without a database there are no claims,
and no keeper who could give the step to another (keeper.py)."""


def is_cut_off(error: Exception) -> bool:
    """Whether it was the connection that failed, not what was asked. psycopg2 has no class of its own for a server that
    went away in the middle of an answer: that one is a plain `DatabaseError`."""
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError


def _start_anew(_details: object) -> None:
    logger.warning("The database did not take a move; trying again on a new connection.")
    connection.close()


def through_a_reconnect(move: Callable[P, R]) -> Callable[P, R]:
    """Moves are fenced, so making one twice changes nothing: after a commit whose answer was lost, the second try is
    told that its claim is stale; the keeper rings for what the first one freed, and releases what it took."""

    @functools.wraps(move)
    def tried(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return move(*args, **kwargs)
        return patient(*args, **kwargs)

    patient: Callable[P, R] = backoff.on_exception(
        backoff.expo,
        Error,
        giveup=lambda error: not is_cut_off(error),
        max_time=PATIENCE,
        max_value=2,
        on_backoff=_start_anew,
        logger=None,
    )(move)
    return tried
