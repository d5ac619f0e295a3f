"""Which services there are, and how each of them answers now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from django.conf import settings

from renders.domain.errors import ErrorCode, GenerationError
from renders.health import foundations
from renders.health.asking import Question, ask
from renders.pipeline import chains
from renders.providers.base import Pingable

FOUNDATIONS = (foundations.DATABASE, foundations.BROKER, foundations.STORAGE)


@dataclass(frozen=True)
class Subject:
    """A service. `stages`: those whose chains name it, empty for what all need; `primary`: first in one of them."""

    name: str
    stages: tuple[str, ...]
    primary: bool
    question: Question


@dataclass(frozen=True)
class Finding:
    """How a service answered."""

    name: str
    stages: tuple[str, ...]
    primary: bool
    latency_ms: float
    error: GenerationError | None

    @property
    def up(self) -> bool:
        return self.error is None

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "status": "up" if self.up else "down",
            "primary": self.primary,
            "stages": list(self.stages),
            "latency_ms": round(self.latency_ms, 1),
            "error": self.error.message if self.error else "",
            "remedy": self.error.what_to_do if self.error else "",
        }


def check_all(only: Collection[str] = ()) -> list[Finding]:
    """Ask every service, or those named, side by side; within `HEALTH_SECONDS`. Changes nothing."""
    seconds = float(settings.RENDERHUB_HEALTH_SECONDS)
    asked = [subject for subject in subjects(seconds) if not only or subject.name in only]
    replies = ask({subject.name: subject.question for subject in asked}, seconds)
    return [
        Finding(one.name, one.stages, one.primary, replies[one.name].seconds * 1000, replies[one.name].error)
        for one in asked
    ]


def subjects(seconds: float) -> list[Subject]:
    """The foundations, then the providers that the chains name, in the order of the stages."""
    stages: dict[str, list[str]] = {}
    for stage, chain in settings.RENDERHUB_CHAINS.items():
        for name in chain:
            stages.setdefault(name, []).append(stage)
    first = {chain[0] for chain in settings.RENDERHUB_CHAINS.values() if chain}
    # A little less than the whole: a provider's own words about the delay are better than none.
    enough = 0.9 * seconds
    return [
        Subject(foundations.DATABASE, (), True, foundations.database),
        Subject(foundations.BROKER, (), True, partial(foundations.broker, enough)),
        Subject(foundations.STORAGE, (), True, foundations.storage),
        *(Subject(name, tuple(of), name in first, partial(_ping, name, enough)) for name, of in stages.items()),
    ]


def _ping(name: str, seconds: float) -> GenerationError | None:
    try:
        provider = chains.provider(name)
    except Exception as problem:  # settings name the class: its module may raise whatever it likes while it is loaded
        said = f"The provider cannot be loaded: {type(problem).__name__}: {problem}"[:500]
        remedy = "Check the chain that names it and its settings (`manage.py check`)."
        return GenerationError(ErrorCode.PROVIDER_FAILURE, name, said, remedy=remedy)
    return provider.ping(seconds) if isinstance(provider, Pingable) else None
