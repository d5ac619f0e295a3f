"""The verdicts of a simulation in figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.simulation.world import Verdict


@dataclass(frozen=True)
class Result:
    """Shares from 0 to 1; `p50_s` and `p95_s` are from being asked for to being ready."""

    renders: int
    on_time: float
    p50_s: float
    p95_s: float
    fail_rate: float
    degraded: float
    """Ready with a fallback or a placeholder."""
    held: float
    """Made with too much missing, and published as it was when its time came."""
    requeued: float
    calls_per_render: float


def result_of(verdicts: Sequence[Verdict]) -> Result:
    """Raises ValueError where there are none."""
    if not verdicts:
        raise ValueError("Nothing was simulated.")
    count = len(verdicts)
    ready = sorted(one.seconds for one in verdicts if one.ready is not None)

    def share(met: Sequence[bool]) -> float:
        return sum(met) / count

    return Result(
        renders=count,
        on_time=share([one.on_time for one in verdicts]),
        p50_s=round(quantile(ready, 0.5), 2),
        p95_s=round(quantile(ready, 0.95), 2),
        fail_rate=share([one.status == "failed" for one in verdicts]),
        degraded=share([one.degraded for one in verdicts if one.ready is not None]),
        held=share([one.held for one in verdicts]),
        requeued=share([one.requeues > 0 for one in verdicts]),
        calls_per_render=round(sum(one.calls for one in verdicts) / count, 2),
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """By the nearest rank; 0 where there are none."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0
