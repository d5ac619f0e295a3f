from __future__ import annotations

import os
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


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI nothing may be skipped: a missing tool there is a missing install step. Elsewhere `-ra` lists them."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and os.environ.get("CI") and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
