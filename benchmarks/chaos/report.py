"""The figures of a run: a table for people, and one JSON object as the last line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field


@dataclass
class Figures:
    """The keys of the last line, in their order."""

    seed: int
    renders: int
    full_renders: int
    completed: int = 0
    failed_as_they_should: int = 0
    lost: int = 0
    doubled: int = 0
    resent: int = 0
    resume_p50_s: float = 0.0
    resume_max_s: float = 0.0
    amplification: float = 0.0


@dataclass
class Report:
    figures: Figures
    wrongs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What is wrong, by check."""
    done: Sequence[str] = ()
    """What was done to it, by fault."""
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        return not any(self.wrongs.values())

    def lines(self) -> Iterator[str]:
        yield "what was done to it"
        yield from (f"    {told}" for told in self.done)
        yield "what must hold"
        for name, wrongs in self.wrongs.items():
            yield f"    {name:<28} {'yes' if not wrongs else f'NO ({len(wrongs)})'}"
            yield from (f"        {wrong}" for wrong in wrongs[:10])
        yield "figures"
        for name, value in (asdict(self.figures) | dict(self.more)).items():
            yield f"    {name:<28} {value}"
        yield json.dumps(asdict(self.figures))
