"""What tests of the core share: fake providers in place of real ones, and a bell that is written down.

The imports are the fixtures' own: tests of pure code load this file, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every bell that was rung, as `Freed`; nothing reaches the broker."""
    from renders.pipeline import bell

    rung: list[Any] = []
    monkeypatch.setattr(bell, "_ring", rung.append)
    return rung


@pytest.fixture
def no_renewals(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that renews leases has a connection of its own, which does not see a test's open transaction: it
    would take every claim for lost."""
    from renders.pipeline import lease

    monkeypatch.setattr(lease.keeper, "_start", lambda: None)
    monkeypatch.setattr(lease.keeper, "_renew", lambda held: None)


@pytest.fixture
def fakes(settings: Any, bells: list[Any], no_renewals: None) -> Iterator[Any]:
    """Every stage is done by one provider that answers at once and can be told to misbehave."""
    from tests.support import pipeline
    from tests.support.providers import Misbehaving

    settings.RENDERHUB_PROVIDERS = pipeline.FAKES
    settings.RENDERHUB_CHAINS = dict(pipeline.FAKE_CHAINS)
    Misbehaving.clear()
    yield Misbehaving
    Misbehaving.clear()
