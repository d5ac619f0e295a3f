"""Whom to ask for a step that was claimed: its provider, a later one of its chain, or nobody for now (R10, R38, R39).

Pure, as `policy.decide` is; the simulator calls both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from renders.domain.policy import Situation, fits, healthy_ones, in_time


@dataclass(frozen=True)
class Begin:
    """Ask the current provider."""


@dataclass(frozen=True)
class Skip:
    """Go on with `provider`, a later one of the chain, without asking the current one; no attempt is spent (R10)."""

    provider: str
    reason: str


@dataclass(frozen=True)
class Wait:
    """Ask nobody before `until`; neither an attempt nor a requeue is spent (R10)."""

    until: datetime
    reason: str
    for_slot: bool = False
    """The end of another call wakes it before then."""


@dataclass(frozen=True)
class GoWithout:
    """The asset gets a placeholder: nobody can make it in time, or nobody waits for it (R15, R52)."""

    reason: str


Turn = Begin | Skip | Wait | GoWithout


@dataclass(frozen=True)
class OutOfUse:
    """An operator has said that a service is not to be called (maintenance, answers that are of no use); it holds until
    one takes it back, whatever the service answers."""

    since: datetime
    by: str
    reason: str = ""

    def told(self) -> str:
        """Why the service is skipped or waited for."""
        for_it = f": {self.reason}" if self.reason else ""
        return f"it is out of use since {self.since:%d %b %H:%M} UTC, by {self.by}{for_it}"


WAIT_AT_LEAST = 1.0
WAIT_AT_MOST = 600.0
"""Seconds between two looks at whether somebody can be asked: a pause may be longer, but settings may have changed."""


def before_call(situation: Situation) -> Turn:
    """What to do with a step that was claimed, before its provider is called.

    A provider that is down or left alone is skipped for the first healthy one after it; where there is none, the step
    waits, but for an asset that the video can do without, or that would come too late. A provider that has no call to
    give now is waited for, unless that would take longer than the cap of the backoff or past the deadline. Where the
    time left is less than the provider is expected to need, the fastest one is taken. It only ever goes forward in the
    chain: a chain of skips ends.
    """
    current, now = situation.current, situation.now
    if not current.healthy:
        following = in_time(situation, healthy_ones(situation.rest))
        if following is not None:
            return Skip(following.name, f"{current.name}: skipped: {current.why}")
        return _wait_or_go_without(situation, _nobody(situation), optional=situation.optional)
    wait = (current.free_at - now).total_seconds() if current.free_at is not None else 0.0
    if wait > 0:
        following = in_time(situation, healthy_ones(situation.rest))
        if following is not None and (wait > situation.limits.backoff_cap or not fits(situation, wait)):
            return Skip(following.name, f"{current.name}: skipped: {current.why}")
        return _wait_or_go_without(situation, f"{current.name}: {current.why}", optional=False)
    return _the_faster_one(situation) or Begin()


def _the_faster_one(situation: Situation) -> Skip | None:
    """The fastest provider, where the time left is less than the current one is expected to need (R38)."""
    current = situation.current
    if situation.deadline is None or fits(situation, 0.0):
        return None
    fastest = min(healthy_ones(situation.rest), key=lambda one: one.expected, default=current)
    if fastest.expected >= current.expected:
        return None
    left = (situation.deadline - situation.now).total_seconds()
    has = f"{left:.0f} s are left" if left >= 0 else f"it is {-left:.0f} s late"
    needs = f"it is expected to need {current.expected:.0f} s"
    if situation.after:
        needs += f", and what comes after it {situation.after:.0f} s"
    return Skip(fastest.name, f"{current.name}: skipped: {has}, {needs}; {fastest.name} is faster")


def _wait_or_go_without(situation: Situation, why: str, *, optional: bool) -> Wait | GoWithout:
    until = _look_again(situation)
    # What is late already is waited for: a gap would not make it punctual.
    unhurried = situation.deadline is None or situation.now >= situation.deadline
    worth_it = unhurried or fits(situation, (until - situation.now).total_seconds())
    if situation.makes_asset and (optional or not worth_it):
        return GoWithout(why)
    return Wait(min(until, situation.now + timedelta(seconds=WAIT_AT_MOST)), why)


def _look_again(situation: Situation) -> datetime:
    """When the first of the chain may be there again; not at once, and not in the past."""
    chain = (situation.current, *situation.rest) if not situation.current.healthy else (situation.current,)
    times = [one.free_at for one in chain if one.free_at is not None]
    soonest = situation.now + timedelta(seconds=WAIT_AT_LEAST)
    return max(min(times, default=soonest), soonest)


def _nobody(situation: Situation) -> str:
    told = [f"{one.name}: {one.why}" for one in (situation.current, *situation.rest)]
    return f"No provider can be asked now. {'; '.join(told)}"
