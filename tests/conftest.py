from __future__ import annotations

import itertools
import operator
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.test import override_settings

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


@pytest.fixture(scope="session", autouse=True)
def _cheaper_than_in_production() -> Iterator[None]:
    """Manifests of static files that need no build, passwords without a million rounds for each user."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": plain},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture(scope="session")
def _media_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("media")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _own_media_folder(_media_folders: Iterator[Path]) -> Iterator[None]:
    """No test sees another's files."""
    folder = next(_media_folders)
    with override_settings(MEDIA_ROOT=folder, RENDERHUB_CACHE=str(folder / "cache")):
        yield


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
