"""Channels that lead to servers on loopback. Imports are the fixtures' own: tests of pure code load this file, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def no_bell(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Rings are written down; nothing reaches the broker."""
    from alerts import bell

    rung: list[str] = []
    monkeypatch.setattr(bell, "_ring", lambda: rung.append("rung"))
    return rung


@pytest.fixture
def slack(settings: Any) -> Iterator[Any]:
    """A webhook under the name `ops`."""
    from tests.support.slack_server import slack_server

    with slack_server() as server:
        settings.RENDERHUB_SLACK_WEBHOOKS = {"ops": server.url}
        settings.RENDERHUB_FETCH_PRIVATE_HOSTS = ["127.0.0.1"]
        yield server


@pytest.fixture
def smtp(settings: Any) -> Iterator[Any]:
    from tests.support.smtp_server import smtp_server

    with smtp_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.DEFAULT_FROM_EMAIL = "RenderHub <renderhub@example.org>"
        yield server


@pytest.fixture
def fakes(settings: Any) -> None:
    """Renders are asked for and planned by the pipeline; their providers are never called."""
    from tests.support import pipeline

    settings.RENDERHUB_PROVIDERS = pipeline.FAKES
    settings.RENDERHUB_CHAINS = dict(pipeline.FAKE_CHAINS)
