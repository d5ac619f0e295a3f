"""The protocol that every provider speaks (DESIGN section 6)."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from renders.domain.errors import GenerationError
from renders.domain.outcomes import Outcome


@dataclass(frozen=True)
class Request:
    """One piece of work for a provider."""

    stage: str
    payload: Mapping[str, Any]
    """What to make, in the form written down in `stages/<stage>.py`; JSON."""
    folder: Path
    """Of this claim alone; `workdir` makes it."""
    seconds: float
    """Time limit of this call; what runs out of it is an `Err` with `TIMEOUT`, its children gone (R19)."""
    files: Mapping[str, Path] = field(default_factory=dict)
    """Input files of earlier steps, by the names that the payload uses. Read-only."""
    cancelled: threading.Event = field(default_factory=threading.Event)
    """Set when the claim is lost or the render cancelled: stop, kill children, answer anything."""

    @cached_property
    def workdir(self) -> Path:
        """An empty folder of this claim's own; files are made here and nowhere else. It is removed afterwards.

        Made when it is first asked for: most stages that only call somebody need none.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder


class Provider(Protocol):
    """What answers at once never returns `Pending`, and then needs neither `check` nor `find`."""

    name: str

    def submit(self, request: Request, key: str) -> Outcome:
        """Do the work, or start it. `key` is the same for every try of the same work, for providers that take one."""
        ...

    def check(self, request: Request, job_id: str) -> Outcome:
        """Look at work that `submit` left pending."""
        ...

    def find(self, request: Request, key: str) -> Outcome | None:
        """Look for work that was asked for with `key` and whose answer may have been lost. It is called before `submit`
        wherever somebody may have asked before: None lets that happen. What costs something is an `Err` where nobody
        can tell: the look is repeated, and nothing is asked for twice (I4)."""
        ...

    def cancel(self, job_id: str) -> GenerationError | None:
        """Stop work that `submit` left pending: None where it is stopped, was over already, or cannot be stopped; else
        why that did not succeed, and it is tried again."""
        ...


@runtime_checkable
class Pingable(Protocol):
    """A provider that can say whether it could work now (R40). Those without it work in this process: loading them is
    all there is to be asked."""

    def ping(self, seconds: float) -> GenerationError | None:
        """None where it could; else what is in the way, with its remedy. Answers within `seconds`, changes nothing and
        costs nothing. Never raises. May be called beside `submit`, from any thread."""
        ...


@runtime_checkable
class Recallable(Protocol):
    """A provider whose service goes on with what it was asked for, whether or not anybody waits for the answer."""

    def recall(self, key: str) -> GenerationError | None:
        """Stop whatever was asked for with `key` and is at work: None where nothing of it is (any more); else why
        nobody can tell, and it is tried again. It starts nothing. Answers within a minute; never raises."""
        ...


@runtime_checkable
class Early(Protocol):
    """A provider that can get assets ready for its own work as soon as each is made (PERFORMANCE section 1)."""

    def prepare(self, request: Request) -> None:
        """Bring `request.files` into the form in which they will be used: `payload` holds `width`, `height` (pixels)
        and `theme` of the video. It may be called again, or not at all. Raises what its children raise."""
        ...


class Immediate:
    """Base of providers that answer at once."""

    name: str

    def check(self, request: Request, job_id: str) -> Outcome:
        raise LookupError(f"{self.name} answers at once; there is no job {job_id} to look at.")

    def find(self, request: Request, key: str) -> Outcome | None:
        return None

    def cancel(self, job_id: str) -> GenerationError | None:
        return None
