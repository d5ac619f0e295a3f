"""What the services of a drill were asked, one JSON line a call: written by the workers, read by the drill."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "journal"


@dataclass(frozen=True)
class Call:
    """One call of a provider. `requeues` and `attempt` count as the policy does: what a dead worker had asked is asked
    again under the same numbers."""

    film: str
    stage: str
    segment: str
    provider: str
    requeues: int
    attempt: int

    @property
    def wanted(self) -> tuple[str, str, str, int]:
        """What it was made for: however many calls that takes, one was wanted."""
        return (self.film, self.stage, self.segment, self.requeues)


def note(folder: Path, call: Call, claim: str) -> None:
    """Before the call is answered. A line is one write, so that lines of many processes do not mix."""
    line = json.dumps(asdict(call) | {"claim": claim}) + "\n"
    handle = os.open(folder / NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, line.encode())
    finally:
        os.close(handle)


def read(folder: Path) -> Iterator[Call]:
    """All calls so far, in order."""
    path = folder / NAME
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else ():
        if line.endswith("\n"):  # the last may be half written
            told = json.loads(line)
            told.pop("claim")
            yield Call(**told)
