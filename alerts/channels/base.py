"""What every kind of channel does: one call, one answer. A channel never raises but what `hand_over` raises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from alerts.notice import Content
from alerts.outcomes import Outcome

HandOver = Callable[[], None]
"""Called once, right before the message leaves our hands. Notes it, and raises where the claim is not ours any more:
whoever dies before it has sent nothing, whoever dies after it may have."""


@dataclass(frozen=True)
class Outgoing:
    """One message on its way."""

    id: str
    """The same for every try: a mail's Message-ID is made from it, so that a repeated one can be recognised."""
    target: str
    content: Content


class Channel(Protocol):
    """One per kind, stateless; settings and secrets are read when they are needed."""

    kind: str
    pace: float
    """Seconds between two messages to the same target."""

    def send(self, message: Outgoing, hand_over: HandOver) -> Outcome: ...

    def fault_of(self, target: str) -> str:
        """Why the target cannot work, for the form that enters it; empty where nothing speaks against it."""
        ...
