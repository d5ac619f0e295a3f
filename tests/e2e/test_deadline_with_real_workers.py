"""A history that real workers made steers the next videos: near the deadline the faster provider is taken, and one that
will be late is told while something can still be done (R38, R77)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from renderhub.supervisor import processes
from renders.domain.expectations import ENOUGH
from tests.support.paced_providers import Thorough
from tests.support.plant import PROVIDERS, Plant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes
CHAINS = {"manim": "thorough,hasty"}
OURS = {"thorough": "tests.support.paced_providers.Thorough@io", "hasty": "tests.support.paced_providers.Hasty@io"}
AFTER_IT = 2.0
"""Seconds that composing and publishing are expected to need: what these were shipped with."""


def test_a_history_that_real_renders_made_steers_the_next_ones(tmp_path: Path, prepared: Path | None) -> None:
    named = {**PROVIDERS, **OURS}
    ours = {"PROVIDERS": ",".join(f"{name}={place}" for name, place in named.items()), "ALERT_CALM_SECONDS": "1"}
    with Plant(tmp_path / "plant", like=prepared, durable=False, chains=CHAINS, **ours) as plant:
        keeper = processes.Process("keeper", processes.python("-m", "tests.support.eager_keeper"))
        plant.start(keeper)
        plant.cpu_worker(1)
        plant.io_worker(ENOUGH)
        learn(plant)
        in_no_hurry = submit(plant, due_in=3_600)
        hurried = submit(plant, due_in=Thorough.takes + AFTER_IT)
        late = submit(plant, "script_gen", due_in=14)  # the visuals of a minute take longer
        check_early_warning(plant, late)
        plant.open(late)
        plant.completed(in_no_hurry, hurried, late)
        check_choice(plant, in_no_hurry, hurried)
        wait_until(lambda: alert_of(plant, late)[0][1] == "resolved", 10, "the alert closed once nothing is at risk")


def submit(plant: Plant, *hold: str, due_in: float | None = None) -> str:
    return plant.submit(*hold, **({} if due_in is None else {"due_in": due_in}))


def learn(plant: Plant) -> None:
    """Enough visuals of videos that nobody waits for, and what they took."""
    plant.completed(*(submit(plant) for _ in range(ENOUGH // 2)))
    learnt = "SELECT typical FROM renders_stagehistory WHERE stage = 'manim' AND provider = 'thorough' AND count >= %s"
    [(typical,)] = wait_until(lambda: plant.rows(learnt, ENOUGH), 15, "what was learnt of it")
    assert Thorough.takes <= typical < Thorough.takes + 1.5
    assert not plant.rows("SELECT 1 FROM renders_stagehistory WHERE provider = 'hasty'")


def check_choice(plant: Plant, in_no_hurry: str, hurried: str) -> None:
    assert {line["provider"] for line in plant.journal(in_no_hurry, "manim")} == {"thorough"}
    assert {line["provider"] for line in plant.journal(hurried, "manim")} == {"hasty"}
    log = """SELECT l.provider, l.error_message FROM renders_renderlog l JOIN renders_render r ON r.id = l.render_id
              WHERE r.name = %s AND l.step_name = 'manim' AND l.status = 'skipped'"""
    assert plant.rows(log, in_no_hurry) == []
    said = plant.rows(log, hurried)
    assert len(said) == 2
    for provider, words in said:
        assert provider == "thorough"
        assert re.search(
            r"\d s are left, it is expected to need [23] s, and what comes after it \d s; hasty is faster", words
        )
    [(marks,)] = plant.rows("SELECT degraded FROM renders_render WHERE name = %s", hurried)
    assert {(mark["stage"], mark["provider"]) for mark in marks} == {("manim", "hasty")}


def check_early_warning(plant: Plant, film: str) -> None:
    """It is told once, however often it is looked at, and the console shows when the video is expected."""
    [(render,)] = plant.rows("SELECT id FROM renders_render WHERE name = %s", film)
    looked = "SELECT updated_at FROM renders_outlook WHERE render_id = %s AND at_risk"
    first = wait_until(lambda: plant.rows(looked, render), 10, "the look ahead")
    wait_until(lambda: plant.rows(looked, render) > first, 10, "another look")
    wait_until(lambda: alert_of(plant, film), 10, "the alert")
    assert plant.rows("SELECT kind FROM renders_renderevent WHERE render_id = %s AND kind LIKE '%%risk'", render) == [
        ("render.at_risk",)
    ]
    [(title, state, count)] = alert_of(plant, film)
    assert title.startswith("May come too late for ")
    assert (state, count) == ("open", 1)
    page = plant.order("page", path=f"/admin/renders/render/{render}/change/")
    [shown] = re.findall(r"<dt>Expected</dt><dd>(.*?)</dd>", page["html"])
    assert "nine times of ten by" in shown
    assert "at risk" in shown
    assert re.search(r"\d at risk of coming late", plant.order("page", path="/admin/")["html"])


def alert_of(plant: Plant, film: str) -> list[tuple[str, str, int]]:
    alerts = "SELECT title, state, count FROM alerts_alert WHERE kind = 'at_risk' AND details LIKE %s"
    return plant.rows(alerts, f"{film}: %")
