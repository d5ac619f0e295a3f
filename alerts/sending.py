"""Sends what is due, one message after the other. No transaction or lock is open while a message is on its way (I7)."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from uuid import UUID

from django.db import Error

from alerts import claims, policy
from alerts.channels import CHANNELS
from alerts.channels.base import Outgoing
from alerts.claims import Claimed, NotOurs
from alerts.models import Delivery
from alerts.notice import content_of
from alerts.outcomes import NotSent, Outcome, Verdict
from alerts.vocabulary import ChannelKind, DeliveryState

logger = logging.getLogger(__name__)

_PACES = json.dumps({kind.value: channel.pace for kind, channel in CHANNELS.items()})


def send_due(within: float, stop: Callable[[], bool] = lambda: False) -> int:
    """Send what is due, begun within so many seconds; how many were tried."""
    until = time.monotonic() + within
    tried = 0
    while time.monotonic() < until and not stop() and (claimed := claims.claim(_PACES)) is not None:
        send(claimed)
        tried += 1
    return tried


def send_now(pk: UUID) -> bool:
    """Send this one, if it is due and nobody has it; whether it was tried."""
    claimed = claims.claim(_PACES, pk)
    if claimed is not None:
        send(claimed)
    return claimed is not None


def send(claimed: Claimed) -> None:
    """Send what was claimed, and settle it. Whatever a channel meets, nothing but a lost database gets out of here."""
    result = policy.cut_off(claimed.attempts, claimed.doubts)
    if result is None:
        try:
            outcome = _handed_over(claimed)
        except NotOurs:
            logger.warning("Delivery %s was taken over by another sender", claimed.id)
            return
        except Error as error:
            # Not raised on: the frames that it came through hold the address of a webhook (R112).
            logger.warning("The database is away; delivery %s is taken up after its lease: %s", claimed.id, str(error))
            return
        result = policy.settled(outcome, claimed.attempts, claimed.doubts)
    if not claims.settle(claimed, result):
        logger.warning("Delivery %s was taken over by another sender while it was sent", claimed.id)
    level = logging.WARNING if result.state is DeliveryState.FAILED else logging.INFO
    logger.log(level, "Delivery %s: %s: %s", claimed.id, result.state.value, result.answer)


def _handed_over(claimed: Claimed) -> Outcome:
    handed_over = False

    def hand_over() -> None:
        nonlocal handed_over
        claims.hand_over(claimed)
        handed_over = True

    try:
        delivery = Delivery.objects.select_related("channel", "alert").get(pk=claimed.id)
        channel = CHANNELS[ChannelKind(delivery.channel.kind)]
        message = Outgoing(str(delivery.pk), delivery.channel.target, content_of(delivery))
        return channel.send(message, hand_over)
    except (NotOurs, Error):
        raise
    except Exception as error:
        # Its words are not kept: they may hold an address or a password (R112). The log names the line.
        logger.error("Delivery %s met an error of ours: %s", claimed.id, _where(error))
        verdict = Verdict.UNCLEAR if handed_over else Verdict.LATER
        return NotSent(verdict, f"An error of our own: {_where(error)}.", "See the log of the sender.")


def _where(error: BaseException) -> str:
    """`TypeError at blocks.py:41`."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = ""
    if trace is not None:
        place = f" at {trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
    return f"{type(error).__name__}{place}"
