"""What a stage is: a pure function from what is known to a request's payload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from renders.domain.job import Job
from renders.domain.stages import Stage


@dataclass(frozen=True)
class Made:
    """What an earlier step of the run came to."""

    stage: Stage
    segment: str
    status: str
    result: Mapping[str, Any]


@dataclass(frozen=True)
class Work:
    """All that a stage may look at."""

    render_id: str
    run: int
    job: Job
    payload: Mapping[str, Any]
    """What the graph handed the step."""
    made: Sequence[Made] = ()
    """Settled steps before it; only for stages that ask for them."""


@dataclass(frozen=True)
class Asked:
    """The request, less what the runner adds: working folder, time limit."""

    payload: Mapping[str, Any]
    files: Mapping[str, str] = field(default_factory=dict)
    """Input files: the name that the payload uses -> key in storage."""


class InputMissing(Exception):
    """A stage cannot be asked for: what it stands on is not there. Says what is missing."""
