from __future__ import annotations

import operator
import os
import sys
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# Tests start hundreds of processes: where none keeps what it compiles, each compiles all of our code again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

hypothesis.settings.register_profile("quick", max_examples=50, deadline=None)
hypothesis.settings.register_profile("thorough", max_examples=1000, deadline=None)
"""`make test ARGS=--hypothesis-profile=thorough`: whoever changes what is pure looks further than each run does."""
hypothesis.settings.load_profile("quick")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, django_db_blocker: Any) -> None:
    """Making a database and emptying it, cheaply."""
    from django.db import connection

    from tests.support import databases

    databases.empty_them_so()
    if "PYTEST_XDIST_WORKER" in os.environ:
        with django_db_blocker.unblock():
            connection.settings_dict["TEST"]["TEMPLATE"] = databases.migrated()


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
def _cheap_passwords(settings: Any) -> None:
    """A million rounds for each user are for production."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


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
