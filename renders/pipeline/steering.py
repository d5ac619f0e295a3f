"""Before a provider is called: may it be (health, circuit, limits, deadline), and if not, who else or when (R10, R38,
R39). Afterwards: what its answer tells of the service. The decisions are `domain/steering.py` and `domain/circuit.py`.

A step whose provider works on this machine and that has no deadline is let through without a look at anything.
"""

from __future__ import annotations

import logging
import random
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import Error, connection

from renderhub.lib import clock
from renders.domain.circuit import Allowed, allows
from renders.domain.draws import draw
from renders.domain.outcomes import Err, Ok, Pending
from renders.domain.policy import Candidate, Situation
from renders.domain.stages import ASSET_KINDS, Stage
from renders.domain.steering import Begin, Skip, Turn, Wait
from renders.domain.steering import before_call as decide
from renders.pipeline import allowance, chains, circuits, expectations, standing_by
from renders.pipeline.transitions.claim import Claimed

logger = logging.getLogger(__name__)

LOOK_AGAIN = 30.0
"""Seconds after which a step looks again whether a service that is down is back, where nobody has woken it before."""
BEING_TRIED = "it was left alone, and is being tried just now"
PROBING = 15.0
"""The same while another step's call probes the service."""
HERD = 3.0
"""Seconds over which those are spread who wait for the end of a cool-down."""
AFTER_YOU = 5.0
"""Seconds by which a step waits longer for each attempt that it has behind it."""

_probing: set[tuple[int, int]] = set()
"""Claims of this process whose call probes a service."""


def forget() -> None:
    """Nobody of this process probes anything."""
    _probing.clear()


def before_call(claimed: Claimed) -> Turn:
    """Whether the claimed step's provider is called. Where the database cannot be asked it is: nothing speaks against
    it, and its move will wait for the database (pipeline/reconnect.py)."""
    if claimed.job_id:
        return Begin()
    if (wait := standing_by.before_call()) is not None:
        return wait
    if not _needs_a_look(claimed):
        return Begin()
    try:
        return _before_call(claimed)
    except Error as error:
        if connection.in_atomic_block:
            raise
        logger.warning("Nobody knows how the services are: %s", str(error).strip())
        connection.close()
        return Begin()


def after_call(claimed: Claimed, outcome: object) -> None:
    """Note what an outcome tells of the service. It never fails the step: that has its answer."""
    probe = (claimed.step_id, claimed.claim_no) in _probing
    _probing.discard((claimed.step_id, claimed.claim_no))
    if not chains.is_remote(claimed.provider):
        return
    try:
        match outcome:
            case Err(error) if error.ours:
                pass  # it says nothing of the service; a probe is taken by the next one
            case Err(error):
                circuits.failed(claimed, error, probe=probe)
            case Pending() if claimed.job_id:
                pass  # it was looked at, and is still at work
            case Ok() | Pending():
                circuits.answered(claimed, probe=probe)
    except Error as error:
        if connection.in_atomic_block:
            raise
        logger.warning("What %s answered was not counted: %s", claimed.provider, str(error).strip())
        connection.close()


def situation_of(claimed: Claimed, requeues: int) -> Situation:
    """Where the step stands, for the policy."""
    now = clock.now()
    # A deadline that has passed hurries nobody: a worse video would not be punctual either, and the days that are made
    # up for or made again are to be good.
    deadline = claimed.due_at if claimed.due_at is not None and claimed.due_at > now else None
    rest = chains.rest_after(claimed.stage, claimed.provider, claimed.payload)
    hurried = deadline is not None
    current = _candidate(chains.candidate(claimed.provider), claimed.stage, now, hurried=hurried, current=True)
    if not current.healthy and current.free_at is not None:
        # Who has failed there before lets the others try it first: no step uses up its attempts on a long outage, and
        # one that would fail anywhere does not keep the service shut.
        current = replace(current, free_at=current.free_at + timedelta(seconds=AFTER_YOU * (claimed.attempt - 1)))
    return Situation(
        current=current,
        attempt=claimed.attempt,
        rest=tuple(_candidate(one, claimed.stage, now, hurried=hurried) for one in rest),
        makes_asset=claimed.stage in ASSET_KINDS,
        optional=claimed.stage is Stage.MUSIC,
        requeues=requeues,
        now=now,
        limits=chains.limits(),
        deadline=deadline,
        after=expectations.after(claimed.stage, claimed.payload, claimed.job.length).slow if hurried else 0.0,
        jitter=draw(claimed.render_id, claimed.run, claimed.step_id, claimed.provider, requeues, claimed.attempt),
        may_retry=not chains.is_remote(claimed.provider) or circuits.retry_is_worth_it(claimed.provider, now),
    )


def _needs_a_look(claimed: Claimed) -> bool:
    if chains.is_remote(claimed.provider):
        return True
    return claimed.due_at is not None and bool(chains.rest_after(claimed.stage, claimed.provider, claimed.payload))


def _before_call(claimed: Claimed) -> Turn:
    situation = situation_of(claimed, claimed.retry_count)
    if situation.attempt > 1 and not situation.may_retry:
        # The call that it is a retry of has counted; it is not made again before the window has moved on.
        again = situation.now + timedelta(seconds=_spread(LOOK_AGAIN))
        why = "half of its calls fail, and it is not asked twice for the same work meanwhile"
        situation = replace(situation, current=_ill(situation.current, why, again))
    turn = decide(situation)
    if not isinstance(turn, Begin) or not chains.is_remote(claimed.provider):
        return _counted(claimed, turn, situation)
    if circuits.seen(claimed.provider).circuit.is_open:
        if not circuits.take_probe(claimed, situation.now):
            return _left_to_the_prober(claimed, situation)
        _probing.add((claimed.step_id, claimed.claim_no))
    return _within_limits(claimed, situation)


def _left_to_the_prober(claimed: Claimed, situation: Situation) -> Turn:
    again = situation.now + timedelta(seconds=_spread(PROBING))
    situation = replace(situation, current=_ill(situation.current, BEING_TRIED, again))
    return _counted(claimed, decide(situation), situation)


def _within_limits(claimed: Claimed, situation: Situation) -> Turn:
    limit = allowance.limit_of(claimed.provider)
    if limit is None:
        return Begin()
    expected = expectations.of(claimed.stage, claimed.provider).typical
    refused = allowance.take(claimed, limit, situation.now, expected)
    if refused is None:
        return Begin()
    _probing.discard((claimed.step_id, claimed.claim_no))
    turn = decide(_without(situation, refused.look_again, refused.why))
    return replace(turn, for_slot=refused.for_slot) if isinstance(turn, Wait) else turn


def _without(situation: Situation, free_at: datetime, why: str) -> Situation:
    """The same where the current provider has no call to give before `free_at`."""
    return replace(situation, current=replace(situation.current, free_at=free_at, why=why))


def _counted(claimed: Claimed, turn: Turn, situation: Situation) -> Turn:
    """Work that is done elsewhere because of the service's health was wanted of it (R39): once, not with each retry."""
    if not situation.current.healthy and isinstance(turn, Skip) and claimed.attempt <= 1:
        circuits.left_out(claimed.provider)
    return turn


def _candidate(candidate: Candidate, stage: Stage, now: datetime, *, hurried: bool, current: bool = False) -> Candidate:
    """The provider as it stands now. `hurried`: how long it takes matters."""
    if hurried:
        candidate = replace(candidate, expected=expectations.of(stage, candidate.name).slow)
    return _with_health(candidate, now, current=current) if chains.is_remote(candidate.name) else candidate


def _with_health(candidate: Candidate, now: datetime, *, current: bool) -> Candidate:
    """`current`: the one whose turn it is. While somebody tries it, it may ask to: he may have died meanwhile, which
    `circuits.take_probe` sees."""
    seen = circuits.seen(candidate.name)
    circuit = seen.circuit
    if seen.out is not None:
        return _ill(candidate, seen.out.told(), now + timedelta(seconds=_spread(LOOK_AGAIN)))
    if circuit.open_until is not None and now < circuit.open_until:
        why = f"it is left alone until {circuit.open_until:%H:%M:%S} UTC ({circuit.code}: {seen.message})"
        return _ill(candidate, why, circuit.open_until + timedelta(seconds=random.uniform(0.0, HERD)))
    if allows(circuit, now) is Allowed.NO and not current:
        return _ill(candidate, BEING_TRIED, now + timedelta(seconds=_spread(PROBING)))
    if seen.is_down(now):
        why = f"it is down: {seen.error or 'it did not answer when it was asked how it is'}"
        return _ill(candidate, why, now + timedelta(seconds=_spread(LOOK_AGAIN)))
    if circuit.limited_until is not None and circuit.limited_until > now:
        told = f"it asked for a pause until {circuit.limited_until:%H:%M:%S} UTC"
        short = (circuit.limited_until - now).total_seconds() <= chains.limits().backoff_cap
        return replace(candidate, healthy=short, why=told, free_at=circuit.limited_until)
    return candidate


def _ill(candidate: Candidate, why: str, look_again: datetime) -> Candidate:
    return replace(candidate, healthy=False, why=why[:500], free_at=look_again)


def _spread(seconds: float) -> float:
    """Around so many seconds: those who wait for the same do not all come at once."""
    return seconds * random.uniform(0.75, 1.25)
