"""What follows from a failure: SPEC R31's table and R35 to R38 as one pure function (I6).

`decide` is the whole policy. It reads no clock, no settings and no database: the situation holds all it needs,
and the simulator calls the same function.
"""

from __future__ import annotations

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
    wait = backoff(situation.attempt, limits, situation.jitter)
    if failure.retry_after is not None:
        # A Retry-After is never undercut; one over the cap is the next provider's chance, or a requeue's (R35).
        if failure.retry_after > limits.backoff_cap:
            return None
        wait = max(wait, failure.retry_after)
    if _fallback(failure, situation) is not None and not _fits(situation, wait):
        return None
    return situation.now + timedelta(seconds=wait)


def _fits(situation: Situation, wait: float) -> bool:
    """Whether waiting and asking the current provider again still leaves time before the deadline (R38)."""
    if situation.deadline is None:
        return True
    needed = wait + situation.current.expected + situation.after
    return situation.now + timedelta(seconds=needed) <= situation.deadline


def _fallback(failure: GenerationError, situation: Situation) -> Candidate | None:
    """The first healthy provider that may follow after this failure."""
    for candidate in situation.rest:
        if not candidate.healthy:
            continue
        if failure.code is ErrorCode.SENSITIVE_CONTENT and not _is_another_kind(candidate, situation.current):
            continue
        return candidate
    return None


def _is_another_kind(candidate: Candidate, current: Candidate) -> bool:
    # Where kinds are not told apart (voices, scripts) every provider would meet the same refused words.
    return bool(candidate.kind) and candidate.kind != current.kind


def _next_provider(failure: GenerationError, situation: Situation) -> Candidate | None:
    first = _fallback(failure, situation)
    if first is None or situation.deadline is None:
        return first
    left = (situation.deadline - situation.now).total_seconds() - situation.after
    if first.expected <= left:
        return first
    # Too little time for the next in order: the fastest of those that may follow (R38).
    allowed = [
        candidate
        for candidate in situation.rest
        if candidate.healthy
        and (failure.code is not ErrorCode.SENSITIVE_CONTENT or _is_another_kind(candidate, situation.current))
    ]
    return min(allowed, key=lambda candidate: candidate.expected)


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
