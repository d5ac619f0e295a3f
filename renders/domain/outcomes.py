"""What a provider's call can come to. There is no fourth way: a provider does not raise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from renders.domain.errors import GenerationError


@dataclass(frozen=True)
class Ok:
    """The work is done."""

    result: Mapping[str, Any] = field(default_factory=dict)
    """JSON that later stages read. Keys are the stage's own, written down in `stages/<stage>.py`."""
    files: Mapping[str, Path] = field(default_factory=dict)
    """Files made in the request's working folder, by role (`image`, `narration`, `video`, ...). They are
    moved into storage, and the result that is stored names their keys under `files`."""
    degraded: str = ""
    """Why this is less than was wanted, in words for the operator; empty where it is not."""


@dataclass(frozen=True)
class Pending:
    """The provider works on it; look again later. Nothing waits meanwhile (I7)."""

    job_id: str
    check_after: float
    """Seconds from now."""


@dataclass(frozen=True)
class Err:
    error: GenerationError


Outcome = Ok | Pending | Err
