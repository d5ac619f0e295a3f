"""Chromium for tests of pages. Skipped, with the reason, where the machine has none.

What takes long is made once a process: the browser, its context (which keeps the styles and scripts that it has
fetched), and the web process that they come from. A test has a page, a session and a database of its own.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test import Client, override_settings
from django.test.testcases import QuietWSGIRequestHandler

from renders.models import User
from tests.support import looks, pages
from tests.support import people as three
from tests.support import renders_in_every_state as states

pages_without_preparation = pages.pages_without_preparation
leases_without_a_thread = pages.leases_without_a_thread

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"),
    "--js-flags=--single-threaded",  # a page lives for a second: what is compiled beside it comes too late
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
STATIC = {
    "STATIC_ROOT": None,
    "STATICFILES_DIRS": [*django_settings.STATICFILES_DIRS, looks.AXE_FOLDER],
    "WHITENOISE_USE_FINDERS": True,
    "WHITENOISE_AUTOREFRESH": False,
    "WHITENOISE_MAX_AGE": 3600,
}
"""Static files are found once, where they lie, and the browser keeps them."""


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


@pytest.fixture(scope="session")
def desk(browser: Any) -> Iterator[Any]:
    """A desk in Berlin, where nothing turns all the time: that costs more than all the rest."""
    opened = browser.new_context(viewport=looks.DESK, timezone_id="Europe/Berlin", reduced_motion="reduce")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def tab(desk: Any) -> Any:
    """One for all tests: a new one comes with a window, whose buttons cost more than most of our pages."""
    opened = desk.new_page()
    opened.set_default_timeout(30_000)
    return opened


@pytest.fixture
def page(tab: Any, site: str) -> Iterator[Any]:
    """The tab as if it were new, left before the database is emptied. What scripts complain about fails the test."""
    tab.set_viewport_size(looks.DESK)
    tab.emulate_media(color_scheme=None)
    complaints: list[str] = []

    def note(error: Any) -> None:
        complaints.append(str(error))

    tab.on("pageerror", note)
    yield tab
    if tab.url.startswith(site):
        tab.evaluate("localStorage.clear(); sessionStorage.clear()")
    tab.goto("about:blank")
    tab.remove_listener("pageerror", note)
    tab.context.clear_cookies()
    assert not complaints


@pytest.fixture
def ours(settings: Any) -> Any:
    """The workspace of the three people, and of the operator."""
    settings.RENDERHUB_PROVIDERS, settings.RENDERHUB_CHAINS = states.PROVIDERS, states.CHAINS
    return three.people().workspace


@pytest.fixture
def console(page: Any, site: str, ours: Any) -> Any:
    """A page at which the operator is signed in."""
    return signed_in(page, site)


def signed_in(page: Any, site: str) -> Any:
    client = Client()
    client.force_login(User.objects.get(username="operator"))
    name = django_settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
    return page


@pytest.fixture
def site(transactional_db: None, pages_without_preparation: None, web: Web) -> Iterator[str]:
    """The address of the web process. What it is at is finished before the database is emptied."""
    yield web.address
    web.wait()


class Web:
    """A web process of this one's own. Not pytest-django's `live_server`: that one serves everything under MEDIA_URL
    itself, past our access checks and ranges."""

    def __init__(self) -> None:
        with override_settings(**STATIC):  # read when the handler is made
            self._handler = WSGIHandler()
        self._at_work = 0
        self._free = threading.Condition()
        self._server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler, allow_reuse_address=False)
        self._server.set_app(self._answer)
        self._thread = threading.Thread(target=self._server.serve_forever, name="web", daemon=True)
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def wait(self) -> None:
        with self._free:
            assert self._free.wait_for(lambda: not self._at_work, timeout=30)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        with self._free:
            self._at_work += 1
        try:
            return self._handler(environ, start_response)
        finally:
            with self._free:
                self._at_work -= 1
                self._free.notify_all()


@pytest.fixture(scope="session")
def web() -> Iterator[Web]:
    opened = Web()
    yield opened
    opened.stop()
