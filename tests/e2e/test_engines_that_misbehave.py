"""Engines that hang or are killed under a real worker: the video is there all the same, and says what it lacks (R12,
R19)."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from renderhub.drills.looking import alive
from renderhub.embedded.home import PROJECT
from renderhub.supervisor import processes
from tests.support.plant import Plant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes

REAL = {
    "script_gen": "extractive",
    "manim": "manim,still",
    "tts": "espeak",
    "revideo": "composer",
    "upload": "local_media",
}
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
TOPIC = (
    "Glaciers hold most of the fresh water on land. Snow that falls on them is pressed into ice over many years. "
    "The ice flows slowly downhill under its own weight. Where it is warm enough it melts and feeds rivers. "
    "People who live below depend on that water in dry months. Scientists measure glaciers with stakes and satellites. "
) * 3


@pytest.fixture
def hanging(tmp_path: Path) -> Path:
    program = tmp_path / "hanging-python"
    program.write_text(HANGING)
    program.chmod(0o755)
    return program


def test_scenes_that_hang_end_at_their_limit_and_their_stills_stand_in(tmp_path: Path, hanging: Path) -> None:
    topic = tmp_path / "glaciers.txt"
    topic.write_text(f"Glaciers\n{TOPIC}")
    quick = {"MANIM_PYTHON": str(hanging), "MANIM_SECONDS": "1"}
    with Plant(tmp_path / "plant", chains=REAL, **quick) as plant:
        plant.keeper()
        plant.cpu_worker(2)
        told = submitted(plant, topic)
        [scenes] = plant.rows("SELECT count(*) FROM renders_step WHERE stage = 'manim'")
        degraded = [line for line in told.splitlines() if line.startswith("degraded: manim")]
        assert len(degraded) == scenes[0] > 1
        assert [line for line in degraded if "TIMEOUT" not in line] == []
        # A scene that hung would hang again: it costs one time limit, not three.
        calls = plant.rows(
            "SELECT a.provider, a.outcome, count(*) FROM renders_attempt a JOIN renders_step s ON s.id = a.step_id "
            "WHERE s.stage = 'manim' GROUP BY 1, 2 ORDER BY 1"
        )
        assert [tuple(row) for row in calls] == [("manim", "error", scenes[0]), ("still", "ok", scenes[0])]
        [video] = [Path(line.removeprefix("video: ")) for line in told.splitlines() if line.startswith("video: ")]
        assert video.stat().st_size > 100_000
        pids = [int(pid) for pid in hanging.with_name(f"{hanging.name}.notes").read_text().split()]
        wait_until(lambda: not any(map(alive, pids)), 5, "no engine and no child of one left")


def submitted(plant: Plant, topic: Path) -> str:
    """What `submit --wait` says of the video."""
    argv = processes.manage("submit", str(topic), "--wait")
    done = subprocess.run(argv, cwd=PROJECT, env=plant.environment(), capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
