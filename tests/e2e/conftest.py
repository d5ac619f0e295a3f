from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import prepared_plant


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """What a plant may be `like`: it need not make its database."""
    return prepared_plant.of_this_run(tmp_path_factory)


HANGING = """#!/usr/bin/env python3
# Stands where Manim's Python is looked for: it gets ready, and then never draws a scene; a child of its own goes away
# from it, as those of a renderer may.
import json, os, subprocess, sys, time
print(json.dumps({"ready": "0"}), flush=True)
for line in sys.stdin:
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    with open(__file__ + ".notes", "a") as notes:
        notes.write(f"{os.getpid()} {child.pid}\\n")
    time.sleep(600)
"""


@pytest.fixture
def hanging(tmp_path: Path) -> Path:
    program = tmp_path / "hanging-python"
    program.write_text(HANGING)
    program.chmod(0o755)
    return program
