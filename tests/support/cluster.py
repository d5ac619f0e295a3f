"""One PostgreSQL cluster and one Valkey for a whole test session, started by its first process and gone with it.

Loaded by `-p tests.support.cluster` before anything reads Django's settings; xdist's workers inherit the addresses.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from renderhub.embedded import servers

_running: servers.Servers | None = None


def _start() -> None:
    global _running
    if "RENDERHUB_TEST_HOME" in os.environ:
        return
    home = Path(tempfile.mkdtemp(prefix="rh-test-"))
    os.environ["RENDERHUB_TEST_HOME"] = os.environ["RENDERHUB_HOME"] = str(home)
    os.environ["SECRET_KEY"] = "only-for-tests-0123456789-0123456789-0123456789"
    wanted = {"database": "DATABASE_URL" not in os.environ, "broker": "BROKER_URL" not in os.environ}
    if any(wanted.values()):
        _running = servers.start(home, durable=False, **wanted)
        os.environ.update(_running.urls.environment())


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    if _running is not None:
        _running.stop()
    home = os.environ.pop("RENDERHUB_TEST_HOME", None)
    if home:
        shutil.rmtree(home, ignore_errors=True)


_start()
