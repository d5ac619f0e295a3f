"""How many retries a failing service is worth (R39). Pure.

While a service mostly answers, every failed call may be made again. Once half of a window's calls have failed, a retry
is allowed only as long as no more than 1.1 calls are made for each that was wanted: a full outage is not answered with
three times the traffic. Work that was left out because the circuit is open counts as wanted.
"""

from __future__ import annotations

from dataclasses import dataclass

from renders.domain.calls import Tally


@dataclass(frozen=True)
class Budget:
    share: float = 0.5
    """Of the window's calls: from so many failures on it bites."""
    least: int = 5
    """Failures below which it does not bite: one failed call in a quiet night has its retries."""
    most: float = 1.1
    """Calls made for each that was wanted."""


def may_retry(tally: Tally, budget: Budget) -> bool:
    """Whether one call more may be made for work that was called for before."""
    if tally.failed < budget.least or tally.failed < budget.share * tally.made:
        return True
    return tally.made + 1 <= budget.most * tally.wanted
