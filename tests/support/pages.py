"""What tests of pages have in common."""

from __future__ import annotations

from typing import Any

import pytest

from renders.pipeline import chains
from renders.pipeline.lease import LeaseKeeper


@pytest.fixture(autouse=True)
def pages_without_preparation(settings: Any) -> None:
    """Static files are found where they lie, without `collectstatic`."""
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    # Providers are made once a process; the one that publishes has to know this test's folder.
    chains.provider.cache_clear()


@pytest.fixture(autouse=True)
def leases_without_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else is after the steps that a test runs; the thread that renews leases would keep a connection open."""
    monkeypatch.setattr(LeaseKeeper, "_start", lambda self: None)
