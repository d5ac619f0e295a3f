from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

import pytest

from renders.domain.errors import GenerationError
from renders.pipeline import chains
from tests.support.providers import Fake


class Ailing(Fake):
    """A provider that says of itself what a test tells it to."""

    name = "ailing"
    says: ClassVar[Callable[[], GenerationError | None] | None] = None

    def ping(self, seconds: float) -> GenerationError | None:
        assert 0 < seconds <= 5
        said = type(self).says
        return said() if said else None


class Unloadable:
    def __init__(self) -> None:
        raise ValueError("no folder is set")


@pytest.fixture
def house(settings, db) -> Iterator[type[Ailing]]:
    """Chains of a provider that can be made ill, and fakes behind it."""
    here = "tests.renders.health.conftest"
    settings.RENDERHUB_PROVIDERS = {
        "fake": ("tests.support.providers.Fake", "cpu", 1),
        "ailing": (f"{here}.Ailing", "io", 1),
        "unloadable": (f"{here}.Unloadable", "io", 1),
    }
    settings.RENDERHUB_CHAINS = {
        **{stage: ["fake"] for stage in ("script_gen", "manim", "revideo")},
        "tts": ["ailing", "fake"],
        "music": [],
        "upload": ["ailing", "fake"],
    }
    chains.provider.cache_clear()
    Ailing.says = None
    yield Ailing
    Ailing.says = None
    chains.provider.cache_clear()
