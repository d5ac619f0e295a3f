"""A cancel by an operator, with a real worker at work: its engine's children end, late results are dropped (R6)."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from renderhub.drills.looking import alive, marked
from renderhub.embedded.home import PROJECT
from renderhub.supervisor import processes
from tests.support import soundness
from tests.support.standing_plant import SIZES, StandingPlant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes

ENDED_WITHIN = 10.0
"""Seconds: one renewal of a lease, and the end of the children."""
CANCEL = "import sys; from renders.actions.cancel import cancel; cancel('{}')"


def cancel(plant: StandingPlant, film: str) -> None:
    """As an operator does: from another process."""
    render_id = plant.value("SELECT id FROM renders_render WHERE name = %s", film)
    argv = processes.manage("shell", "-v0", "-c", CANCEL.format(render_id))
    subprocess.run(argv, cwd=PROJECT, env=plant.environment(), check=True)


def test_its_engine_ends_and_its_process_goes_on_with_others(quick: StandingPlant) -> None:
    plant = quick
    film = plant.submit("revideo")
    [held] = plant.held(film, "revideo")
    beside = occupy_the_others(plant)
    gate = str(plant.gate(film, "revideo"))
    engine: list[int] = wait_until(lambda: found(gate), 10, "the engine's children at work") or []
    cancel(plant, film)
    wait_until(lambda: not any(map(alive, engine)) and not marked(gate), ENDED_WITHIN, "the engine's children gone")
    plant.open(film)
    following = plant.submit()
    plant.completed(following)
    assert {line["pid"] for line in plant.journal(following) if line["stage"] != "tts"} == {held["pid"]}
    plant.open(*beside)
    plant.completed(*beside)
    assert standing(plant, film) == ("cancelled", None)
    assert steps(plant, film) == {
        "script_gen": "done",
        "manim": "done",
        "tts": "done",
        "revideo": "cancelled",
        "upload": "cancelled",
    }
    assert not [line for line in plant.journal(film) if line["stage"] == "upload"], (
        "it was stopped before its next stage"
    )


def test_a_result_that_comes_after_the_cancel_is_dropped(quick: StandingPlant) -> None:
    plant = quick
    with plant.parked(plant.usual("cpu")):
        plant.cpu_worker(1, "late", LEASE_RENEWAL_SECONDS="600", LEASE_SECONDS="600")
        film = plant.submit("upload")
        plant.held(film, "upload")
        cancel(plant, film)
        plant.open(film)
        following = plant.submit()
        plant.completed(following)
    assert [line["event"] for line in plant.journal(film, "upload")] == ["asked", "answered"]
    assert standing(plant, film) == ("cancelled", None)
    assert steps(plant, film)["upload"] == "cancelled"
    kinds = """SELECT e.kind FROM renders_renderevent e JOIN renders_render r ON r.id = e.render_id
                WHERE r.name = %s ORDER BY e.id"""
    assert plant.rows(kinds, film)[-1] == ("render.cancelled",)


def occupy_the_others(plant: StandingPlant) -> list[str]:
    """Hold all processes but one of the usual worker with others' pictures."""
    films = [plant.submit("manim") for _ in range((SIZES["cpu"] - 1) // soundness.STEPS["manim"])]
    for film in films:
        plant.held(film, "manim", claims=soundness.STEPS["manim"])
    return films


def found(gate: str) -> list[int]:
    """The engine's child and grandchild, once both are there."""
    pids = marked(gate)
    return pids if len(pids) >= 2 else []


def standing(plant: StandingPlant, film: str) -> tuple[Any, ...]:
    return plant.rows("SELECT status, NULLIF(video_url, '') FROM renders_render WHERE name = %s", film)[0]


def steps(plant: StandingPlant, film: str) -> dict[str, str]:
    sql = """SELECT DISTINCT s.stage, s.status FROM renders_step s JOIN renders_render r ON r.id = s.render_id
              WHERE r.name = %s"""
    return dict(plant.rows(sql, film))  # type: ignore[arg-type]
