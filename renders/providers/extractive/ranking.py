"""How much of the whole each sentence carries: TextRank, deterministic and small."""

from __future__ import annotations

import math
from collections.abc import Sequence

_DAMPING = 0.85
_ROUNDS = 20
MOST_SENTENCES = 300


def text_rank(bags: Sequence[frozenset[str]]) -> list[float]:
    """Weight of each sentence, given as the stems it holds: 1.0 for the weightiest, 0.0 and more for the others.

    Two sentences support each other by the stems they share, over the logarithms of their sizes. Sentences beyond
    `MOST_SENTENCES` weigh nothing, which bounds the time.
    """
    count = min(len(bags), MOST_SENTENCES)
    links = [[_nearness(bags[i], bags[j]) if i != j else 0.0 for j in range(count)] for i in range(count)]
    totals = [sum(row) or 1.0 for row in links]
    weights = [1.0] * count
    for _ in range(_ROUNDS):
        shares = [weight / total for weight, total in zip(weights, totals, strict=True)]
        weights = [
            (1 - _DAMPING) + _DAMPING * sum(share * link for share, link in zip(shares, row, strict=True) if link)
            for row in links
        ]
    heaviest = max(weights, default=1.0)
    return [weight / heaviest for weight in weights] + [0.0] * (len(bags) - count)


def _nearness(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    return shared / (math.log(len(one) + 1) + math.log(len(other) + 1)) if shared else 0.0
