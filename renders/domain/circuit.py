"""When a service that keeps failing is left alone, and when it is asked again (R39). Pure: state and event -> state.

The pipeline keeps one `Circuit` a service in the database, for all workers; the simulator keeps its own in memory. Both
call these functions and no others:

    allows(circuit, now)                                    before a call: YES, NO, or PROBE
    with_probe(circuit, until)                              whoever is to probe takes the one probe that there is
    after_failure(circuit, code, now, numbers, ...)         the call failed
    after_answer(circuit, now, numbers, ...)                it answered, be it a refusal
    asked_again(circuit, now)                               an operator wants it tried without waiting for its time
    budget.may_retry(circuit.calls.within(...), numbers)    whether the failed call may be made again

A circuit opens when the service *keeps* failing: so many failures within the window, and these at least half of its
calls. A count alone would shut out every busy service that fails at one call in a hundred.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from renders.domain.calls import Calls, Tally
from renders.domain.errors import ErrorCode

COUNTED = frozenset(
    {
        ErrorCode.TIMEOUT,
        ErrorCode.API_ERROR,
        ErrorCode.TRANSIENT_PROVIDER_ERROR,
        ErrorCode.PROVIDER_FAILURE,
        ErrorCode.UNKNOWN,
    }
)
"""Failures of the service itself."""
AT_ONCE = frozenset({ErrorCode.UNAUTHORIZED, ErrorCode.QUOTA_EXCEEDED})
"""Failures that the next call meets as well, whatever it asks for: one is enough."""
LONGEST_PAUSE = 7 * 86_400.0
"""Seconds. A service that asks for a longer pause is asked again after this one."""


class Allowed(StrEnum):
    YES = "yes"
    PROBE = "probe"
    """The cool-down is over: one call, to see whether the service is back."""
    NO = "no"


@dataclass(frozen=True)
class Numbers:
    """SPEC section 19. Times in seconds."""

    failures: int = 5
    window: float = 60.0
    share: float = 0.5
    """Of the window's calls that must have failed besides."""
    cool_down: float = 60.0
    """Doubled with each probe that fails."""
    longest_cool_down: float = 600.0
    pause: float = 5.0
    """After a RATE_LIMITED that does not say for how long."""


@dataclass(frozen=True)
class Circuit:
    """Closed while `open_until` is None."""

    calls: Calls = field(default_factory=Calls)
    opened_at: datetime | None = None
    open_until: datetime | None = None
    cool_down: float = 0.0
    probe_until: datetime | None = None
    """Somebody probes; where he has not told by then how it went, the probe is another's."""
    code: ErrorCode | None = None
    """What it was opened for, or the last probe met."""
    limited_until: datetime | None = None
    """The service asked for a pause (RATE_LIMITED): no call before then, open or closed."""

    @property
    def is_open(self) -> bool:
        """Open or half open."""
        return self.open_until is not None


def allows(circuit: Circuit, now: datetime) -> Allowed:
    """Whether a call may be made. A pause that the service asked for is not looked at: see `limited_until`."""
    if circuit.open_until is None:
        return Allowed.YES
    if now < circuit.open_until or (circuit.probe_until is not None and now < circuit.probe_until):
        return Allowed.NO
    return Allowed.PROBE


def with_probe(circuit: Circuit, until: datetime) -> Circuit:
    """Somebody probes. `until`: when he must have answered."""
    return replace(circuit, probe_until=until)


def after_answer(circuit: Circuit, now: datetime, numbers: Numbers, *, probe: bool = False, wanted: int = 0) -> Circuit:
    """The service answered. Of an open circuit only the probe's answer counts: a late one tells of the past."""
    if circuit.is_open:
        return Circuit(limited_until=circuit.limited_until) if probe else circuit
    return replace(circuit, calls=circuit.calls.counted(Tally(wanted, made=1), now, numbers.window))


def after_failure(
    circuit: Circuit,
    code: ErrorCode,
    now: datetime,
    numbers: Numbers,
    *,
    probe: bool = False,
    retry_after: float | None = None,
    wanted: int = 0,
) -> Circuit:
    """A call failed with `code`. `wanted`: 1 where it was the first call for that piece of work, 0 for a retry."""
    if code is ErrorCode.RATE_LIMITED:
        limited = _paused(circuit, now, retry_after, numbers)
        return after_answer(limited, now, numbers, probe=probe, wanted=wanted)
    if code not in COUNTED | AT_ONCE:
        return after_answer(circuit, now, numbers, probe=probe, wanted=wanted)
    if circuit.is_open:
        return _opened_again(circuit, code, now, numbers, wanted) if probe else circuit
    calls = circuit.calls.counted(Tally(wanted, made=1, failed=1), now, numbers.window)
    failing = replace(circuit, calls=calls)
    if code in AT_ONCE or _keeps_failing(calls.within(now, numbers.window), numbers):
        until = now + timedelta(seconds=numbers.cool_down)
        return replace(failing, opened_at=now, open_until=until, cool_down=numbers.cool_down, code=code)
    return failing


def asked_again(circuit: Circuit, now: datetime) -> Circuit:
    """An operator wants it tried now: the next call probes an open circuit, and no pause is waited for. What has failed
    is not forgotten: a probe that fails leaves it alone for twice as long."""
    if not circuit.is_open:
        return replace(circuit, limited_until=None)
    return replace(circuit, open_until=now, probe_until=None, limited_until=None)


def left_out(circuit: Circuit, now: datetime, numbers: Numbers) -> Circuit:
    """A call was wanted and not made: the circuit was open."""
    return replace(circuit, calls=circuit.calls.counted(Tally(wanted=1), now, numbers.window))


def _keeps_failing(tally: Tally, numbers: Numbers) -> bool:
    return tally.failed >= numbers.failures and tally.failed >= numbers.share * tally.made


def _opened_again(circuit: Circuit, code: ErrorCode, now: datetime, numbers: Numbers, wanted: int) -> Circuit:
    longer = min(2 * circuit.cool_down, max(numbers.longest_cool_down, numbers.cool_down))
    calls = circuit.calls.counted(Tally(wanted, made=1, failed=1), now, numbers.window)
    until = now + timedelta(seconds=longer)
    return replace(circuit, calls=calls, open_until=until, cool_down=longer, probe_until=None, code=code)


def _paused(circuit: Circuit, now: datetime, seconds: float | None, numbers: Numbers) -> Circuit:
    # Written so that what is no number at all counts as nothing said.
    asked = min(seconds, LONGEST_PAUSE) if seconds is not None and seconds > 0 else numbers.pause
    until = now + timedelta(seconds=asked)
    if circuit.limited_until is not None:
        until = max(until, circuit.limited_until)
    return replace(circuit, limited_until=until)
