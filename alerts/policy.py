"""What an answer makes of a delivery. Pure: `settled(outcome, attempts, doubts)`."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.outcomes import NotSent, Outcome, Sent, Verdict
from alerts.vocabulary import DeliveryState

ATTEMPTS = 8
"""Tries that a message is refused for now, over about three hours, before it has failed."""
BACKOFF_BASE, BACKOFF_FACTOR, BACKOFF_CAP = 10.0, 4.0, 3600.0
"""Seconds: 10 s, 40 s, 2 m 40 s, 11 m, 43 m, 1 h, 1 h."""
DOUBT_WAIT = 120.0
"""Seconds after a message that may have arrived. It is repeated once: time for a passing fault to pass."""
DOUBTS = 1
"""How often a message may be sent again that may have arrived (I4: at most one duplicate)."""
CHANNEL_PAUSE = 60.0
"""Seconds for which a channel that cannot be reached is left alone, at most: what waits for it tries one at a time."""

_TWICE = "It was handed over twice without an answer, and may have arrived; it is not sent a third time by itself."
_ASK = "Look whether it arrived; if it did not, send it again."


@dataclass(frozen=True)
class Settlement:
    state: DeliveryState
    answer: str
    remedy: str = ""
    wait: float = 0.0
    """Seconds until the next try, where it is pending."""
    channel_wait: float = 0.0
    """Seconds for which nothing is sent to the channel."""
    breaks_channel: bool = False
    mends_channel: bool = False
    counts: bool = True
    """Whether the try counts towards the limit: being asked to wait does not."""
    doubts: int = 0


def settled(outcome: Outcome, attempts: int, doubts: int) -> Settlement:
    """`attempts`: with this one. `doubts`: how often an earlier try may have arrived."""
    if isinstance(outcome, Sent):
        state = DeliveryState.UNCERTAIN if doubts else DeliveryState.SENT
        return Settlement(state, outcome.answer, mends_channel=True, doubts=doubts)
    match outcome.verdict:
        case Verdict.MESSAGE:
            return Settlement(DeliveryState.FAILED, outcome.answer, outcome.remedy, doubts=doubts)
        case Verdict.CHANNEL:
            return Settlement(DeliveryState.FAILED, outcome.answer, outcome.remedy, breaks_channel=True, doubts=doubts)
        case Verdict.UNCLEAR:
            return _unclear(outcome, attempts, doubts)
        case Verdict.LATER:
            return _later(outcome, attempts, doubts)


def cut_off(attempts: int, doubts: int) -> Settlement | None:
    """Where earlier senders were cut off so often that it must not be sent again by itself; None where it may."""
    if doubts > DOUBTS:
        return Settlement(DeliveryState.FAILED, _TWICE, _ASK, doubts=doubts)
    if attempts > ATTEMPTS:
        told = f"{ATTEMPTS} tries were cut off before anything was sent."
        return Settlement(DeliveryState.FAILED, told, "See the logs of the workers and of the keeper.", doubts=doubts)
    return None


def _unclear(outcome: NotSent, attempts: int, doubts: int) -> Settlement:
    if doubts >= DOUBTS:
        return Settlement(DeliveryState.FAILED, f"{outcome.answer} {_TWICE}", _ASK, doubts=doubts + 1)
    if attempts >= ATTEMPTS:
        return Settlement(DeliveryState.FAILED, outcome.answer, _ASK, doubts=doubts + 1)
    return Settlement(
        DeliveryState.PENDING,
        outcome.answer,
        outcome.remedy,
        wait=max(DOUBT_WAIT, backoff(attempts)),
        channel_wait=CHANNEL_PAUSE,
        doubts=doubts + 1,
    )


def _later(outcome: NotSent, attempts: int, doubts: int) -> Settlement:
    asked = outcome.retry_after
    if asked is None and attempts >= ATTEMPTS:
        told = f"{outcome.answer} Given up after {attempts} tries."
        return Settlement(DeliveryState.FAILED, told, outcome.remedy, doubts=doubts)
    wait = backoff(attempts) if asked is None else asked
    return Settlement(
        DeliveryState.PENDING,
        outcome.answer,
        outcome.remedy,
        wait=wait,
        channel_wait=min(wait, CHANNEL_PAUSE) if asked is None else asked,
        counts=asked is None,
        doubts=doubts,
    )


def backoff(attempts: int) -> float:
    """Seconds to wait after so many tries."""
    return float(min(BACKOFF_BASE * BACKOFF_FACTOR ** (max(attempts, 1) - 1), BACKOFF_CAP))
