"""What follows from a failure: SPEC R31's table and R35 to R39 as one pure function (I6).

`decide` is what follows when a call failed; `steering.before_call` is what goes before one. They read no clock, no
settings and no database: the situation holds all they need, and the simulator calls the same functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from renders.domain.errors import OPERATOR_ACTS, ErrorCode, GenerationError

LONGEST_WAIT = 7 * 86_400.0
"""Seconds. A provider that wants to be left alone for longer is not waited for: nobody wants the video by then."""


@dataclass(frozen=True)
class Limits:
    """The numbers of SPEC section 19 that the policy uses. Times in seconds."""

    attempts: int = 3
    backoff_base: float = 5.0
    backoff_factor: float = 2.0
    backoff_cap: float = 60.0
    requeues: int = 3
    requeue_delay: float = 300.0


@dataclass(frozen=True)
class Candidate:
    """A provider of the chain as the policy sees it."""

    name: str
    healthy: bool = True
    expected: float = 0.0
    """Seconds that it is expected to need (R38)."""
    kind: str = ""
    """What it makes of the prompt (`image`, `clip`, `scene`, `still`): after refused content only another kind may
    follow (R31)."""
    why: str = ""
    """Why it is not healthy, or not free, in plain words."""
    free_at: datetime | None = None
    """When to look again, where it is not healthy or has no call to give (a rate, a limit, a pause that it asked for);
    None where it may be asked now."""


@dataclass(frozen=True)
class Situation:
    current: Candidate
    attempt: int
    """Attempts made with the current provider since the step was last due anew, this one included."""
    rest: tuple[Candidate, ...]
    """The providers after the current one, best first."""
    makes_asset: bool
    """Whether the step makes one asset of several, or is a stage that the whole render stands on."""
    requeues: int
    """Requeues that the render has had in this run."""
    now: datetime
    limits: Limits = Limits()
    deadline: datetime | None = None
    after: float = 0.0
    """Seconds that the stages after this one are expected to need (R38)."""
    jitter: float = 1.0
    """A draw from [0, 1): handed in, so that the policy stays pure."""
    may_retry: bool = True
    """Whether the current provider is worth another call now (`budget.may_retry`); where it is not, a fallback is."""
    optional: bool = False
    """Whether the video is whole without what the step makes (music, R15)."""


@dataclass(frozen=True)
class Retry:
    """Ask the same provider again at `at`."""

    at: datetime


@dataclass(frozen=True)
class NextProvider:
    provider: str
    reason: str


@dataclass(frozen=True)
class Placeholder:
    """The asset gets a placeholder in the timeline; the run goes on (R52)."""

    needs_prompt_update: bool


@dataclass(frozen=True)
class Requeue:
    """The render is failed for now and goes back to the queue at `at` (R37)."""

    at: datetime


@dataclass(frozen=True)
class Hold:
    """The video is made; an editor decides whether it goes out (R52)."""

    reason: str


@dataclass(frozen=True)
class GiveUp:
    """The render has failed for good."""

    reason: str


Decision = Retry | NextProvider | Placeholder | Requeue | Hold | GiveUp


def decide(failure: GenerationError, situation: Situation) -> Decision:
    """What to do after `failure`. Always answers, and a chain of answers always ends: each retry uses up an attempt,
    each next provider shortens the chain, each requeue is one of `limits.requeues`."""
    at = _retry_at(failure, situation)
    if at is not None:
        return Retry(at)
    following = _next_provider(failure, situation)
    if following is not None:
        return NextProvider(following.name, f"{failure.provider}: {failure.code}: {failure.message}"[:500])
    if situation.makes_asset:
        return _after_the_last_provider_of_an_asset(failure, situation)
    return _after_the_last_provider_of_a_stage(failure, situation)


def backoff(attempt: int, limits: Limits, jitter: float) -> float:
    """Seconds to wait after the `attempt`-th attempt (1, 2, ...): exponential, capped, full jitter (R35)."""
    exponent = min(max(attempt - 1, 0), 32)
    return min(limits.backoff_base * limits.backoff_factor**exponent, limits.backoff_cap) * jitter


def _retry_at(failure: GenerationError, situation: Situation) -> datetime | None:
    """When the same provider is to be asked again, or None where it is not."""
    limits = situation.limits
    allowed = limits.attempts if failure.max_attempts is None else min(limits.attempts, failure.max_attempts)
    if not failure.is_retryable or situation.attempt >= allowed:
        return None
    # A provider that is left alone, or not worth another call, is not waited for while somebody else can do it (R39).
    worth_it = situation.current.healthy and situation.may_retry
    if not worth_it and _fallback(failure, situation) is not None:
        return None
    wait = backoff(situation.attempt, limits, situation.jitter)
    if failure.retry_after is not None:
        # A Retry-After is never undercut; one over the cap is the next provider's chance, or a requeue's (R35).
        if failure.retry_after > limits.backoff_cap:
            return None
        wait = max(wait, failure.retry_after)
    if _fallback(failure, situation) is not None and not fits(situation, wait):
        return None
    return situation.now + timedelta(seconds=wait)


def fits(situation: Situation, wait: float) -> bool:
    """Whether waiting so many seconds and asking the current provider then leaves time before the deadline (R38)."""
    if situation.deadline is None:
        return True
    needed = wait + situation.current.expected + situation.after
    return situation.now + timedelta(seconds=needed) <= situation.deadline


def healthy_ones(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those that may be gone on with, in their order."""
    return [candidate for candidate in candidates if candidate.healthy]


def _fallback(failure: GenerationError, situation: Situation) -> Candidate | None:
    """The first healthy provider that may follow after this failure."""
    return next(iter(_fallbacks(failure, situation)), None)


def _fallbacks(failure: GenerationError, situation: Situation) -> list[Candidate]:
    healthy = healthy_ones(situation.rest)
    if failure.code is not ErrorCode.SENSITIVE_CONTENT:
        return healthy
    return [candidate for candidate in healthy if _is_another_kind(candidate, situation.current)]


def _is_another_kind(candidate: Candidate, current: Candidate) -> bool:
    # Where kinds are not told apart (voices, scripts) every provider would meet the same refused words.
    return bool(candidate.kind) and candidate.kind != current.kind


def _next_provider(failure: GenerationError, situation: Situation) -> Candidate | None:
    return in_time(situation, _fallbacks(failure, situation))


def in_time(situation: Situation, allowed: Sequence[Candidate]) -> Candidate | None:
    """The first of `allowed`; the fastest of them where there is too little time for the first (R38)."""
    if not allowed or situation.deadline is None:
        return next(iter(allowed), None)
    left = (situation.deadline - situation.now).total_seconds() - situation.after
    return allowed[0] if allowed[0].expected <= left else min(allowed, key=lambda candidate: candidate.expected)


def _after_the_last_provider_of_an_asset(failure: GenerationError, situation: Situation) -> Decision:
    if failure.code is ErrorCode.RATE_LIMITED:
        # The provider said when it will answer: the one case in which an asset is worth a requeue (R31).
        return _requeue(failure, situation) or Placeholder(needs_prompt_update=False)
    return Placeholder(needs_prompt_update=failure.user_action_required)


def _after_the_last_provider_of_a_stage(failure: GenerationError, situation: Situation) -> Decision:
    if failure.user_action_required:
        return GiveUp(f"{failure.message} {failure.what_to_do}".strip())
    requeue = _requeue(failure, situation)
    if requeue is not None:
        return requeue
    used_up = f"{situation.requeues} requeues did not help. "
    told = "The operator has to act. " if failure.code in OPERATOR_ACTS else ""
    return GiveUp(f"{used_up}{told}{failure.message} {failure.what_to_do}".strip())


def _requeue(failure: GenerationError, situation: Situation) -> Requeue | None:
    wait = max(situation.limits.requeue_delay, failure.retry_after or 0.0)
    if situation.requeues >= situation.limits.requeues or wait > LONGEST_WAIT:
        return None
    return Requeue(situation.now + timedelta(seconds=wait))


def hold_reason(missing_visuals: int, visuals: int, missing_narrations: int, *, share: float = 1 / 3) -> Hold | None:
    """Whether a composed video is held for an editor: any narration missing, or more than `share` of the
    visuals (R52)."""
    if missing_narrations:
        return Hold(f"{missing_narrations} narration(s) missing.")
    if visuals and missing_visuals > visuals * share:
        return Hold(f"{missing_visuals} of {visuals} visuals missing.")
    return None
