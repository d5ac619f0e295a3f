"""States of renders and steps, what each means, and every move that is allowed (R2, I5).

The tables below are the only place where moves are written down; `pipeline/transitions.py`
is the only place that makes them. `renders/LIFECYCLE.md` draws them.
"""

from __future__ import annotations

from enum import StrEnum


class RenderStatus(StrEnum):
    QUEUED = "queued"
    """Wants to run. Moved on by the first claim of one of its steps, or by a cancel."""
    PROCESSING = "processing"
    """A step of it has been claimed. Moved on by its last step, a failure, or a cancel."""
    HELD = "held"
    """Made, with more placeholders than allowed; an editor or the deadline moves it on (R52)."""
    COMPLETED = "completed"
    """Published and fetched back (R17). Only a re-render moves it on."""
    FAILED = "failed"
    """With `wake_at`: will be requeued by the keeper then. `final`: only a person moves it on."""
    CANCELLED = "cancelled"
    """Stopped by a person. Only a re-render moves it on."""


class StepStatus(StrEnum):
    WAITING = "waiting"
    """Some step before it is unfinished; `waits` counts them."""
    DUE = "due"
    """May be claimed now."""
    SLEEPING = "sleeping"
    """Will be due at `wake_at`: a retry's backoff or a provider that is still at work."""
    RUNNING = "running"
    """Claimed: `lease_until` says how long that is believed without a renewal."""
    DONE = "done"
    """Its result is stored and will not be made again (I3)."""
    PLACEHOLDER = "placeholder"
    """Its asset could not be made; the timeline has a placeholder in its slot (R52)."""
    FAILED = "failed"
    """Its stage failed and with it the render; a requeue makes it due again."""
    CANCELLED = "cancelled"


class AssetStatus(StrEnum):
    PENDING = "pending"
    RETRYING = "retrying"
    GENERATED = "generated"
    NEEDS_PROMPT_UPDATE = "needs_prompt_update"
    FAILED = "failed"


_R, _S = RenderStatus, StepStatus

RENDER_MOVES: dict[RenderStatus, frozenset[RenderStatus]] = {
    _R.QUEUED: frozenset({_R.PROCESSING, _R.CANCELLED, _R.FAILED}),
    _R.PROCESSING: frozenset({_R.HELD, _R.COMPLETED, _R.FAILED, _R.CANCELLED}),
    _R.HELD: frozenset({_R.PROCESSING, _R.CANCELLED}),
    _R.FAILED: frozenset({_R.QUEUED, _R.CANCELLED}),
    _R.COMPLETED: frozenset({_R.QUEUED}),
    _R.CANCELLED: frozenset({_R.QUEUED}),
}

STEP_MOVES: dict[StepStatus, frozenset[StepStatus]] = {
    _S.WAITING: frozenset({_S.DUE, _S.RUNNING, _S.CANCELLED}),
    _S.DUE: frozenset({_S.RUNNING, _S.FAILED, _S.CANCELLED}),
    _S.SLEEPING: frozenset({_S.DUE, _S.FAILED, _S.CANCELLED}),
    _S.RUNNING: frozenset({_S.DUE, _S.SLEEPING, _S.DONE, _S.PLACEHOLDER, _S.FAILED, _S.CANCELLED}),
    _S.FAILED: frozenset({_S.DUE, _S.CANCELLED}),
    _S.DONE: frozenset(),
    _S.PLACEHOLDER: frozenset(),
    _S.CANCELLED: frozenset(),
}

OPEN_RENDERS = frozenset({_R.QUEUED, _R.PROCESSING, _R.HELD})
"""With these, and a failed render that is not final, a twin request joins instead of making its own (R4)."""

SETTLED_STEPS = frozenset({_S.DONE, _S.PLACEHOLDER})
"""Steps that those after them need not wait for any longer."""


class MoveRefused(Exception):
    """The render or step is not in a state from which this move is allowed; nothing was changed."""

    def __init__(self, what: str, current: str, wanted: str) -> None:
        super().__init__(f"{what} is {current}; it cannot become {wanted}.")
        self.what, self.current, self.wanted = what, current, wanted


def sources_of(target: RenderStatus) -> tuple[RenderStatus, ...]:
    """The states from which a render may move to `target`, in the order of the table."""
    return tuple(source for source, targets in RENDER_MOVES.items() if target in targets)
