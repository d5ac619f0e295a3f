"""A stopped plant with a migrated database: made once a test run, for plants to begin with a copy of it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from tests.support.plant import Plant


def of_this_run(factory: pytest.TempPathFactory) -> Path | None:
    """Its folder, shared by all processes of the test run; None where it cannot be copied."""
    base = factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    folder = shared / "prepared-plant"
    with (shared / "prepared-plant.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = factory.mktemp("preparing") / "plant"
            with Plant(making, durable=False):
                pass
            making.rename(folder)
    database = folder / "postgres"
    # Where PostgreSQL has to run as another user its data lies elsewhere, and is not ours to copy.
    return None if database.is_symlink() or database.stat().st_uid != os.geteuid() else folder
