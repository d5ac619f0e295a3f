"""From settings to providers: the chain of each stage, the queue of each provider, the numbers of the policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from renderhub.lib.queues import Queue
from renders.domain.policy import Candidate, Limits
from renders.domain.script import Visual
from renders.domain.stages import Stage
from renders.pipeline import gateway_options, graph, handed_out, prediction_options
from renders.providers.base import Provider


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

    @property
    def remote(self) -> bool:
        """Whether it calls a service that all workers share: what waits on a network has its queue. Only such a one has
        a circuit, limits, and a health that is believed: an engine on the worker fails for its input or for its own
        machine, and the worker beside it may well have what this one lacks."""
        return self.queue is Queue.IO


def _service(name: str) -> dict[str, Any]:
    """Of a render service: its address, its key, and where else it may let us fetch from."""
    return {**settings.RENDERHUB_SERVICES[name], "private_hosts": settings.RENDERHUB_FETCH_PRIVATE_HOSTS}


BUILT_IN: dict[str, Known] = {
    # What refuses content elsewhere need not be refused here: it is another kind of making (R18).
    "in_house": Known("renders.providers.in_house.InHouse", Queue.CPU, 60, kind="in_house"),
    "extractive": Known(
        "renders.providers.extractive.Extractive",
        Queue.CPU,
        1,
        options=lambda: {"stands_in": not makes_scripts_without_a_model()},
    ),
    "openai_chat": Known("renders.providers.openai_chat.OpenAiChat", Queue.IO, 20, options=gateway_options.chat),
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
        options=lambda: {"speeches": gateway_options.speeches()},
    ),
    "openai_speech": Known("renders.pipeline.voices.openai_speech", Queue.IO, 6),
    "edge_speech": Known("renders.pipeline.voices.edge_speech", Queue.IO, 6),
    "library": Known(
        "renders.providers.library.Library",
        Queue.CPU,
        4,
        kind="file",
        options=lambda: {"folder": Path(settings.RENDERHUB_MUSIC_FOLDER) if settings.RENDERHUB_MUSIC_FOLDER else None},
    ),
    "prediction_image": Known(
        "renders.providers.predictions.image.PredictionImage",
        Queue.IO,
        15,
        kind="image",
        options=partial(prediction_options.options, "image"),
    ),
    "prediction_clip": Known(
        "renders.providers.predictions.clip.PredictionClip",
        Queue.IO,
        90,
        kind="clip",
        options=partial(prediction_options.options, "clip"),
    ),
    "prediction_music": Known(
        "renders.providers.predictions.music.PredictionMusic",
        Queue.IO,
        40,
        kind="music",
        options=partial(prediction_options.options, "music"),
    ),
    "composer": Known(
        "renders.providers.composer.Composer", Queue.CPU, 20, options=lambda: {"cache": Path(settings.RENDERHUB_CACHE)}
    ),
    "slideshow": Known("renders.providers.slideshow.Slideshow", Queue.CPU, 15),
    "manim_service": Known(
        "renders.providers.manim_service.ManimService",
        Queue.IO,
        6,
        kind="scene",
        options=lambda: _service("manim_service"),
    ),
    "revideo_service": Known(
        "renders.providers.revideo_service.RevideoService",
        Queue.IO,
        60,
        options=lambda: {**_service("revideo_service"), "address_of": handed_out.address_of},
    ),
    "orchestrator": Known(
        "renders.providers.orchestrator.Orchestrator",
        Queue.IO,
        240,
        kind="elsewhere",
        options=lambda: _service("orchestrator"),
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
        return _own(*settings.RENDERHUB_PROVIDERS[name])
    try:
        return BUILT_IN[name]
    except KeyError:
        raise ProviderUnknown(f"There is no provider {name!r}. Known: {', '.join(sorted(BUILT_IN))}.") from None


@cache
def _own(path: str, queue: str, expected: float) -> Known:
    return Known(path, Queue(queue), expected)


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


def primary(chain: str) -> str | None:
    """The first provider of a chain: a stage's, or one of `graph.WISHES`. None where there is none: that stage is not
    wanted, that wish goes to the stage's own chain."""
    return next(iter(_named(chain)), None)


def of_step(stage: Stage, payload: Mapping[str, Any]) -> list[str]:
    """The whole chain of a step, what its segment wishes for first; each provider once."""
    return list(dict.fromkeys(name for chain in graph.chains_of(stage, payload) for name in _named(chain)))


def _named(chain: str) -> list[str]:
    if chain == graph.WISHES[Visual.SOURCE]:
        return [graph.SOURCE_FILE]
    names: list[str] = settings.RENDERHUB_CHAINS.get(chain, [])
    return names


def is_remote(name: str) -> bool:
    """Whether the provider is known, and calls a service (`Known.remote`)."""
    try:
        return known(name).remote
    except (ProviderUnknown, ValueError):
        return False


def stages_of(name: str) -> list[Stage]:
    """The stages that a provider may work for."""
    chains: dict[str, list[str]] = settings.RENDERHUB_CHAINS
    named = {chain for chain, names in chains.items() if name in names}
    if named & set(graph.WISHES.values()):
        named.add(Stage.MANIM)
    return [stage for stage in Stage if stage in named]


def candidate(name: str) -> Candidate:
    try:
        about = known(name)
    except ProviderUnknown:  # taken out of the settings while steps of it were waiting
        return Candidate(name=name)
    return Candidate(name=name, expected=about.expected, kind=about.kind)


def rest_after(stage: Stage, name: str, payload: Mapping[str, Any] | None = None) -> tuple[Candidate, ...]:
    """The providers after `name` in the step's chain; all of it where `name` is no longer in it. `payload`: the
    step's, which may wish for more than the chain of its stage."""
    chain = of_step(stage, payload or {})
    following = chain[chain.index(name) + 1 :] if name in chain else chain
    return tuple(candidate(other) for other in following)


def limits() -> Limits:
    numbers: dict[str, Any] = settings.RENDERHUB_POLICY
    return Limits(**numbers)


def stage_seconds(stage: Stage) -> float:
    return float(settings.RENDERHUB_STAGE_SECONDS[stage.value])


def makes_scripts_without_a_model() -> bool:
    """Whether every script provider of the chain works from the input alone, or is not set up (R8)."""
    names: list[str] = settings.RENDERHUB_CHAINS["script_gen"]
    without = {"extractive"} if gateway_options.chat_is_set_up() else {"extractive", "openai_chat"}
    return without.issuperset(names)
