"""How each service that is called over a network stands with the workers: its circuit, its calls of the last while, and
its limits (R39, R40). For pages and commands; the pipeline has its own memory of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from renderhub.lib import clock
from renders.domain.calls import Tally
from renders.domain.circuit import Allowed, Circuit, allows
from renders.domain.limits import Limit
from renders.domain.steering import OutOfUse
from renders.models import CircuitRow
from renders.pipeline import allowance, chains, circuits
from renders.pipeline.circuit_rows import circuit_of, out_of_use
from renders.presentation.times import duration

_WORDS = {Allowed.YES: "closed", Allowed.PROBE: "half open", Allowed.NO: "open"}


@dataclass(frozen=True)
class Standing:
    name: str
    circuit: Circuit
    calls: Tally
    """Of the window."""
    met: str
    """What the circuit was opened for; empty while it is closed."""
    limit: Limit
    in_use: int
    """Calls under way, where their number is limited."""
    now: datetime
    out: OutOfUse | None = None
    """Where an operator has taken it out of use."""

    @property
    def state(self) -> str:
        """`closed`, `open`, or `half open`: the next call tries."""
        return _WORDS[allows(self.circuit, self.now)]

    @property
    def left_alone(self) -> bool:
        return self.circuit.is_open

    @property
    def pause_until(self) -> datetime | None:
        """Until when it wants to be left alone by its own word."""
        until = self.circuit.limited_until
        return until if until is not None and until > self.now else None

    def calls_told(self) -> str:
        """`3 of 40 calls failed in 1 m`; empty where there was none."""
        if not self.calls.made:
            return ""
        span = duration(circuits.numbers().window).removesuffix(" 00 s")
        return f"{self.calls.failed} of {self.calls.made} calls failed in {span}"

    def limit_told(self) -> str:
        """`2 of 5 at once, 600 in 1 m`; empty where it has none."""
        told = [f"{self.in_use} of {self.limit.at_once} at once"] if self.limit.at_once is not None else []
        if self.limit.rate is not None:
            told.append(f"{self.limit.rate.calls} in {duration(self.limit.rate.seconds).removesuffix(' 00 s')}")
        return ", ".join(told)

    def to_json(self) -> dict[str, Any]:
        """Every field always there."""
        rate = self.limit.rate
        return {
            "name": self.name,
            "circuit": self.state.replace(" ", "_"),
            "open_until": self.circuit.open_until.isoformat() if self.circuit.open_until else None,
            "opened_for": self.met,
            "calls_made": self.calls.made,
            "calls_failed": self.calls.failed,
            "paused_until": self.pause_until.isoformat() if self.pause_until else None,
            "out_of_use_since": self.out.since.isoformat() if self.out else None,
            "out_of_use_by": self.out.by if self.out else "",
            "out_of_use_for": self.out.reason if self.out else "",
            "at_once": self.in_use,
            "at_once_limit": self.limit.at_once,
            "rate_limit": f"{rate.calls}/{rate.seconds:g}s" if rate else None,
        }


def standings() -> dict[str, Standing]:
    """Of every service that a chain names, in the order of the chains; read from the rows, two queries."""
    now, window = clock.now(), circuits.numbers().window
    rows = CircuitRow.objects.in_bulk()
    limits = allowance.limits()
    in_use = allowance.in_use() if any(limit.at_once is not None for limit in limits.values()) else {}
    named = [name for chain in settings.RENDERHUB_CHAINS.values() for name in chain if chains.is_remote(name)]
    found = {}
    for name in dict.fromkeys(named):
        row = rows.get(name) or CircuitRow(provider=name)
        circuit = circuit_of(row)
        met = f"{row.code}: {row.message}" if circuit.is_open else ""
        tally = circuit.calls.within(now, window)
        limit, used, out = limits.get(name, Limit()), in_use.get(name, 0), out_of_use(row)
        found[name] = Standing(name, circuit, tally, met, limit, used, now, out)
    return found
