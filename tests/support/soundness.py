"""What must be true of a plant after anything was killed in it: nothing lost, nothing twice, nothing half-made."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tests.support.plant import Plant
from tests.support.waiting import wait_until

CLEANED_WITHIN = 15.0
"""Seconds in which working folders of the dead are gone: two sweeps."""
STEPS = {"script_gen": 1, "manim": 2, "tts": 2, "revideo": 1, "upload": 1}


def check(plant: Plant, *films: str, again: Mapping[tuple[str, str], int] | None = None) -> None:
    """Every film is completed and published once; only what `again` names, `(film, stage): times`, was asked again."""
    check_calls(plant, *films, again=again or {})
    for film in films:
        check_rows(plant, film)
        check_published(plant, film)
    check_files(plant)
    check_nothing_left_behind(plant)


def check_calls(plant: Plant, *films: str, again: Mapping[tuple[str, str], int]) -> None:
    asked = Counter((line["film"], line["stage"]) for line in plant.journal() if line["event"] == "asked")
    wanted = {(film, stage): count + again.get((film, stage), 0) for film in films for stage, count in STEPS.items()}
    assert {call: asked[call] for call in wanted} == wanted


def check_rows(plant: Plant, film: str) -> None:
    status, events = plant.rows(
        """SELECT r.status, count(e.*) FROM renders_render r JOIN renders_renderevent e ON e.render_id = r.id
            WHERE r.name = %s AND e.kind = 'render.completed' GROUP BY r.status""",
        film,
    )[0]
    assert (status, events) == ("completed", 1)
    of = "FROM renders_step s JOIN renders_render r ON r.id = s.render_id WHERE r.name = %s"
    assert plant.rows(f"SELECT DISTINCT s.status {of}", film) == [("done",)]
    attempts = "SELECT a.outcome, count(*) FROM renders_attempt a WHERE a.step_id IN (SELECT s.id {}) GROUP BY 1"
    outcomes = dict(plant.rows(attempts.format(of), film))
    assert outcomes.pop("ok") == sum(STEPS.values())
    assert set(outcomes) <= {"lost"}


def check_published(plant: Plant, film: str) -> None:
    render, url = plant.rows("SELECT id, video_url FROM renders_render WHERE name = %s", film)[0]
    folder = plant.media / "videos" / str(render)
    names = sorted(path.name for path in folder.iterdir())
    assert sorted(name.partition(".")[2] for name in names) == ["jpg", "mp4", "vtt"], names
    assert (plant.folder / url.lstrip("/")).is_file(), url


def check_files(plant: Plant) -> None:
    """Whatever can be seen is whole: its bytes are those that its name promises."""
    for path in (*plant.media.glob("objects/*/*"), *plant.media.glob("videos/*/*")):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.stem, path


def check_nothing_left_behind(plant: Plant) -> None:
    wait_until(lambda: not plant.left_over(), 5, "no orphans")

    def empty() -> bool:
        return not _entries(plant.media / "work")

    wait_until(empty, CLEANED_WITHIN, f"the working folders gone: {_entries(plant.media / 'work')}")


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
