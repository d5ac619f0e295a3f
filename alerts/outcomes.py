"""What a channel answers about a message. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What an answer means for the message. Each channel's error table leads here."""

    LATER = "later"
    """Not taken for now: the same again, after a while."""
    UNCLEAR = "unclear"
    """It had left our hands, and no answer came: it may have arrived."""
    MESSAGE = "message"
    """This message is refused for good; others may go."""
    CHANNEL = "channel"
    """The channel is refused for good: a person has to mend it."""


@dataclass(frozen=True)
class Sent:
    answer: str
    """What the other side said; never a secret."""


@dataclass(frozen=True)
class NotSent:
    verdict: Verdict
    answer: str
    """What was met, in words; never a secret (R112)."""
    remedy: str = ""
    retry_after: float | None = None
    """Seconds from now before which the other side does not want to be asked again; never undercut (R35)."""


Outcome = Sent | NotSent
