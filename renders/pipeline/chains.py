"""From settings to providers: the chain of each stage, the queue of each provider, the numbers of the policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from renderhub.lib.queues import Queue
from renders.domain.policy import Candidate, Limits
from renders.domain.stages import Stage
from renders.providers.base import Provider
from renders.providers.cached_speech import Folder


@dataclass(frozen=True)
class Known:
    """How a provider is found, where it runs, and what it makes."""

    path: str
    queue: Queue
    expected: float
    """Seconds that it is expected to need until there is history of our own (R38)."""
    kind: str = ""
    """See `policy.Candidate.kind`."""
    options: Callable[[], dict[str, Any]] = dict
    """What the provider is made with: its part of the settings."""


BUILT_IN: dict[str, Known] = {
    "extractive": Known("renders.providers.extractive.Extractive", Queue.CPU, 1),
    "manim": Known(
        "renders.providers.manim.Manim",
        Queue.CPU,
        6,
        kind="scene",
        options=lambda: {"python": settings.RENDERHUB_MANIM_PYTHON},
    ),
    "still": Known("renders.providers.still.Still", Queue.CPU, 1, kind="still"),
    "espeak": Known("renders.providers.espeak.Espeak", Queue.CPU, 2),
    "source_file": Known("renders.providers.source_file.SourceFile", Queue.CPU, 3),
    "cached_speech": Known(
        "renders.providers.cached_speech.CachedSpeech",
        Queue.CPU,
        1,
        options=lambda: {"speeches": Folder(Path(settings.MEDIA_ROOT) / "speech")},
    ),
    "library": Known(
        "renders.providers.library.Library",
        Queue.CPU,
        4,
        options=lambda: {"folder": Path(settings.RENDERHUB_MUSIC_FOLDER) if settings.RENDERHUB_MUSIC_FOLDER else None},
    ),
    "composer": Known(
        "renders.providers.composer.Composer", Queue.CPU, 20, options=lambda: {"cache": Path(settings.RENDERHUB_CACHE)}
    ),
    "s3": Known("renders.providers.s3.S3", Queue.IO, 10, options=lambda: dict(settings.RENDERHUB_S3)),
    "local_media": Known(
        "renders.providers.local_media.LocalMedia",
        Queue.CPU,
        1,
        options=lambda: {"root": Path(settings.MEDIA_ROOT) / "videos", "base_url": f"/{settings.MEDIA_URL.strip('/')}"},
    ),
}


class ProviderUnknown(LookupError):
    """A chain names a provider that neither the project nor `RENDERHUB_PROVIDERS` knows."""


def known(name: str) -> Known:
    if name in settings.RENDERHUB_PROVIDERS:
        path, queue, expected = settings.RENDERHUB_PROVIDERS[name]
        return Known(path, Queue(queue), expected)
    try:
        return BUILT_IN[name]
    except KeyError:
        raise ProviderUnknown(f"There is no provider {name!r}. Known: {', '.join(sorted(BUILT_IN))}.") from None


@cache
def provider(name: str) -> Provider:
    """The provider itself, made once a process."""
    about = known(name)
    made: Provider = import_string(about.path)(**about.options())
    return made


def load_all() -> None:
    """Load every provider of every chain, in a worker's parent process: the first task finds them there, and what
    cannot be loaded is said at start. Raises whatever importing them raises."""
    for names in settings.RENDERHUB_CHAINS.values():
        for name in names:
            provider(name)


def warm_up() -> None:
    """Let providers that have engines of their own start them, in each process that will use them."""
    for name in {name for names in settings.RENDERHUB_CHAINS.values() for name in names}:
        start = getattr(provider(name), "warm_up", None)
        if start is not None:
            start()


def queue_of(name: str) -> str:
    return (known(name).queue if name else Queue.CPU).value


def primary(stage: Stage) -> str | None:
    """The first provider of the stage; None where the stage is not wanted."""
    chain = settings.RENDERHUB_CHAINS[stage.value]
    return chain[0] if chain else None


def candidate(name: str) -> Candidate:
    try:
        about = known(name)
    except ProviderUnknown:  # taken out of the settings while steps of it were waiting
        return Candidate(name=name)
    return Candidate(name=name, expected=about.expected, kind=about.kind)


def rest_after(stage: Stage, name: str) -> tuple[Candidate, ...]:
    """The providers after `name` in the stage's chain; all of it where `name` is no longer in it."""
    chain: list[str] = settings.RENDERHUB_CHAINS[stage.value]
    following = chain[chain.index(name) + 1 :] if name in chain else chain
    return tuple(candidate(other) for other in following)


def expected_after(stage: Stage) -> float:
    """Seconds that the stages after this one are expected to need (R38)."""
    order = list(Stage)
    names = [settings.RENDERHUB_CHAINS[later.value][:1] for later in order[order.index(stage) + 1 :]]
    return sum(known(name).expected for first in names for name in first)


def limits() -> Limits:
    numbers: dict[str, Any] = settings.RENDERHUB_POLICY
    return Limits(**numbers)


def stage_seconds(stage: Stage) -> float:
    return float(settings.RENDERHUB_STAGE_SECONDS[stage.value])


def makes_scripts_without_a_model() -> bool:
    """Whether every script provider of the chain works from the input alone (R8)."""
    return all(name == "extractive" for name in settings.RENDERHUB_CHAINS["script_gen"])
