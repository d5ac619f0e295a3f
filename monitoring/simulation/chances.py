"""What happens by chance in a simulation: faults and times that are drawn for each call from what it is for, so that
the same seed gives the same world however the policy walks through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitoring.simulation.world import Call
from renders.domain.draws import draw
from renders.domain.errors import ErrorCode, GenerationError

CODES = (
    ErrorCode.TRANSIENT_PROVIDER_ERROR,
    ErrorCode.API_ERROR,
    ErrorCode.TIMEOUT,
    ErrorCode.PROVIDER_FAILURE,
    ErrorCode.UNKNOWN,
)
"""What a service fails with when nothing is known but that it fails."""
SPREAD = (0.6, 0.75, 0.85, 0.95, 1.0, 1.05, 1.15, 1.3, 1.6, 2.2)
"""Deciles of a call's time where only what is expected is known, as shares of that: most are near it, some are slow."""


@dataclass(frozen=True)
class Drawn:
    seed: int
    fail: Mapping[str, float]
    """The share of each provider's calls that fail."""
    times: Mapping[tuple[str, str], Sequence[float]]
    """Measured or given, in seconds, by stage and provider."""
    expected: Mapping[str, float]
    """By provider, for those that nothing was measured of."""

    def fault(self, call: Call) -> GenerationError | None:
        share = self.fail.get(call.provider, 0.0)
        if draw(self.seed, "fault", *call) >= share:
            return None
        code = CODES[int(draw(self.seed, "code", *call) * len(CODES))]
        return GenerationError(code, call.provider, "simulated")

    def seconds(self, call: Call) -> float:
        of = self.times.get((call.stage, call.provider))
        chance = draw(self.seed, "seconds", *call)
        if of:
            return of[int(chance * len(of))]
        return self.expected.get(call.provider, 1.0) * SPREAD[int(chance * len(SPREAD))]

    def jitter(self, call: Call) -> float:
        return draw(self.seed, "jitter", *call)
