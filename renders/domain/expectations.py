"""How long the work of a render is expected to take (R38, R77). Pure; times in seconds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

ENOUGH = 20
"""Samples from which on the provider's own history is believed; before that, the estimate that it was shipped with."""


@dataclass(frozen=True)
class Expected:
    typical: float = 0.0
    """Half of the time it is over by then."""
    slow: float = 0.0
    """Nine times of ten it is over by then."""


def of_history(samples: Sequence[float]) -> Expected:
    """The median and the ninth decile of `samples` (at least one)."""
    ordered = sorted(samples)
    return Expected(_quantile(ordered, 0.5), _quantile(ordered, 0.9))


def one_after_the_other(parts: Sequence[Expected]) -> Expected:
    """All of `parts` in a row. That each of them is slow on the same day is unlikely: what they are slow by is added
    as the root of the squares, as of independent things."""
    typical = sum(part.typical for part in parts)
    return Expected(typical, typical + math.hypot(*(max(part.slow - part.typical, 0.0) for part in parts)))


def side_by_side(parts: Sequence[Expected], at_once: int) -> Expected:
    """All of `parts`, `at_once` of them at a time: their sum shared out, and no less than the longest one."""
    if not parts:
        return Expected()
    longest = max(parts, key=lambda part: part.slow)
    shared = one_after_the_other(parts)
    share = max(at_once, 1)
    return Expected(max(longest.typical, shared.typical / share), max(longest.slow, shared.slow / share))


def _quantile(ordered: Sequence[float], share: float) -> float:
    """By the nearest rank: a time that was really measured."""
    return float(ordered[max(math.ceil(share * len(ordered)) - 1, 0)])
