from __future__ import annotations

import operator
import os
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _own_media_folder(tmp_path: Path, settings: Any) -> None:
    """No test sees another's files; manifests of static files need no build in tests."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.RENDERHUB_CACHE = str(tmp_path / "media" / "cache")
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def _nothing_is_remembered_of_the_services() -> None:
    """Each test has a database of its own making: what a process remembers of circuits and history is another's."""
    for name, memory in (("steering", "forget"), ("circuits", "board.forget"), ("expectations", "history.forget")):
        module = sys.modules.get(f"renders.pipeline.{name}")
        if module is not None:
            operator.attrgetter(memory)(module)()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI nothing may be skipped: a missing tool there is a missing install step. Elsewhere `-ra` lists them."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and os.environ.get("CI") and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
