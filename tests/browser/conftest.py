"""Chromium for tests of pages. Skipped, with the reason, where the machine has none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test.testcases import LiveServerThread

from tests.support import pages

pages_without_preparation = pages.pages_without_preparation
leases_without_a_thread = pages.leases_without_a_thread

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"),
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def chromium() -> str | None:
    """The browser that `CHROMIUM` names, or one on the path."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).is_file() else None
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    executable = chromium()
    if executable is None:
        pytest.skip("No Chromium on this machine: install one (apt-get install chromium), or name it in CHROMIUM.")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    # Playwright's loop stays in this thread for the whole session; Django would refuse to talk to its database then.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with playwright.sync_playwright() as engine:
        opened = engine.chromium.launch(executable_path=executable, headless=True, args=list(ARGUMENTS))
        yield opened
        opened.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page of its own, at a desk in Berlin. What its scripts complain about fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, timezone_id="Europe/Berlin")
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert not complaints


@pytest.fixture
def site(transactional_db: None, pages_without_preparation: None) -> Iterator[str]:
    """The address of a web process of this test's own. Not pytest-django's `live_server`: that one serves everything
    under MEDIA_URL itself, past our access checks and ranges."""
    server = LiveServerThread("127.0.0.1", lambda _: WSGIHandler())
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()
