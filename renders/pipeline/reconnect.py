"""A finished piece of work outlives a database that restarts under it: its move is made again on a new connection."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import backoff
from django.db import InterfaceError, OperationalError, connection

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

PATIENCE = 30.0
"""Seconds for which a move is tried again. Longer is no use: the lease has run out by then."""


def _start_anew(details: object) -> None:
    logger.warning("The database did not take a move; trying again on a new connection.")
    connection.close()


def through_a_reconnect(move: Callable[P, R]) -> Callable[P, R]:
    """Moves are fenced, so making one twice changes nothing: after a commit whose answer was lost, the second try is
    told that its claim is stale, and the keeper rings for what the first one freed."""

    @functools.wraps(move)
    def tried(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return move(*args, **kwargs)
        return patient(*args, **kwargs)

    patient = backoff.on_exception(
        backoff.expo,
        (OperationalError, InterfaceError),
        max_time=PATIENCE,
        max_value=2,
        on_backoff=_start_anew,
        logger=None,
    )(move)
    return tried
