"""Engines that hang or are killed under a real worker: the video is there all the same, and says what it lacks (R12,
R19)."""

from __future__ import annotations

from pathlib import Path

import pytest

from renderhub.drills.looking import alive
from tests.support import soundness
from tests.support.plant import Plant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes


def test_scenes_that_hang_end_at_their_limit_and_their_stills_stand_in(
    tmp_path: Path, hanging: Path, prepared: Path | None
) -> None:
    quick = {"MANIM_PYTHON": str(hanging), "MANIM_SECONDS": "1"}
    with Plant(tmp_path / "plant", like=prepared, durable=False, chains={"manim": "manim,still"}, **quick) as plant:
        plant.keeper()
        plant.cpu_worker(1)
        film = plant.submit()
        plant.completed(film)
        [(marks,)] = plant.rows("SELECT degraded FROM renders_render WHERE name = %s", film)
        scenes = soundness.STEPS["manim"]
        assert [(mark["stage"], mark["provider"]) for mark in marks] == [("manim", "still")] * scenes
        assert [mark for mark in marks if "TIMEOUT" not in mark["reason"]] == []
        # A scene that hung would hang again: it costs one time limit, not three.
        calls = plant.rows(
            "SELECT a.provider, a.outcome, count(*) FROM renders_attempt a JOIN renders_step s ON s.id = a.step_id "
            "WHERE s.stage = 'manim' GROUP BY 1, 2 ORDER BY 1"
        )
        assert [tuple(row) for row in calls] == [("manim", "error", scenes), ("still", "ok", scenes)]
        soundness.check_published(plant, film)
        pids = [int(pid) for pid in hanging.with_name(f"{hanging.name}.notes").read_text().split()]
        wait_until(lambda: not any(map(alive, pids)), 5, "no engine and no child of one left")
