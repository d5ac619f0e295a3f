"""Render services (`manage.py serve_engine`) that are killed in the middle of a call of a real worker: the next of the
chain makes the work, the video is published once, and nothing of the service is left (R12, R16, R36)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from renderhub.drills.looking import alive
from tests.support import served
from tests.support.plant import Plant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes
CHAINS = {
    "manim": "manim_service,still",
    "tts": "espeak",
    "revideo": "revideo_service,slideshow",
    "upload": "local_media",
}
NOTHING_LEFT = 5.0
"""Seconds after which no process of a service that was killed is left."""


@pytest.fixture
def scenes(tmp_path: Path, hanging: Path) -> Iterator[served.Served]:
    with served.serving("manim", tmp_path / "scenes", MANIM_PYTHON=str(hanging)) as service:
        yield service


@pytest.fixture
def composing(tmp_path: Path) -> Iterator[served.Served]:
    with served.serving("compose", tmp_path / "composing", SERVE_ASSET_HOSTS="127.0.0.1") as service:
        yield service


def test_the_next_of_the_chain_makes_the_work_and_nothing_is_left(
    scenes: served.Served, composing: served.Served, hanging: Path, tmp_path: Path, prepared: Path | None
) -> None:
    port = served.free_port()
    services = {"MANIM_SERVICE_URL": scenes.url, "REVIDEO_SERVICE_URL": composing.url}
    quick = {"BACKOFF_BASE_SECONDS": "0.1", "ASSETS_URL": f"http://127.0.0.1:{port}", **services}
    with Plant(tmp_path / "plant", like=prepared, durable=False, chains=CHAINS, **quick) as plant:
        plant.named("web", port=port)
        plant.keeper()
        plant.cpu_worker(1)
        plant.io_worker(2)
        film = plant.submit()
        notes = hanging.with_name(f"{hanging.name}.notes")
        wait_until(notes.exists, 60, "a scene at work")
        served.kill(scenes)
        drawing = [int(pid) for pid in notes.read_text().split()]
        wait_until(lambda: not any(map(alive, drawing)), NOTHING_LEFT, "no engine and no child of one left")
        programs = [one.pid for one in wait_until(lambda: served.programs_of(composing), 60, "a composition at work")]
        served.kill(composing)
        wait_until(lambda: not any(map(alive, programs)), NOTHING_LEFT, "no FFmpeg left")
        plant.completed(film)
        assert len(list(plant.media.glob("videos/*/*.mp4"))) == 1
        check_marks(plant, film)
        check_calls(plant)


def check_marks(plant: Plant, film: str) -> None:
    [(marks,)] = plant.rows("SELECT degraded FROM renders_render WHERE name = %s", film)
    assert [(mark["stage"], mark["provider"]) for mark in marks] == [("manim", "still")] * 2 + [
        ("revideo", "slideshow")
    ]
    assert all(mark["reason"].startswith(f"{mark['stage']}_service: ") for mark in marks)
    # The scene that was not at work when its service was killed may have been kept from asking it in vain.
    assert {mark["stage"] for mark in marks if "TIMEOUT" in mark["reason"]} == {"manim", "revideo"}


def check_calls(plant: Plant) -> None:
    """Each stage was made once, and whoever was killed at it answered nothing that counts."""
    calls = plant.rows(
        "SELECT s.stage, a.provider, count(*) FROM renders_attempt a JOIN renders_step s ON s.id = a.step_id "
        "WHERE a.outcome = 'ok' AND s.stage IN ('manim', 'revideo', 'upload') GROUP BY 1, 2 ORDER BY 1"
    )
    assert calls == [("manim", "still", 2), ("revideo", "slideshow", 1), ("upload", "local_media", 1)]
    told = "SELECT count(*) FROM renders_renderevent WHERE kind = 'render.completed'"
    assert plant.value(told) == 1
