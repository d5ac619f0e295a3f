from __future__ import annotations

from datetime import UTC, datetime

import pytest

from renders.models import Workspace
from tests.renders.conftest import bells, fakes, no_renewals  # noqa: F401
from tests.support.pages import leases_without_a_thread, pages_without_preparation  # noqa: F401
from tests.support.promises import Morning


@pytest.fixture
def berlin(settings):
    """The site is in Berlin: its clocks change."""
    settings.TIME_ZONE = "Europe/Berlin"


@pytest.fixture
def morning(db, berlin) -> Morning:
    """A morning of promises in a workspace of its own, 10 November 2026."""
    return Morning(Workspace.objects.create(slug="ours", name="Ours"), datetime(2026, 11, 10, 5, tzinfo=UTC))
