"""A deploy: workers told to stop finish what they do, or leave it to others; nothing is lost (R45)."""

from __future__ import annotations

import signal

import pytest

from renderhub.drills.looking import alive, marked
from tests.support import soundness
from tests.support.plant import Plant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes


@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_a_worker_told_to_stop_finishes_its_step_and_another_goes_on(quick: Plant, pool: str) -> None:
    plant = quick
    plant.keeper()
    old = plant.worker("cpu", pool, 2, "old")
    films = [plant.submit("revideo"), plant.submit("revideo")]
    held = [plant.held(film, "revideo") for film in films]
    old.popen.send_signal(signal.SIGTERM)
    wait_until(lambda: "Warm shutdown" in old.log.read_text(), 10, "the worker heard it")
    plant.worker("cpu", pool, 2, "new")
    plant.open_all()
    plant.completed(*films)
    assert old.wait() == 0
    plant.running.remove(old)
    finished = {line["claim"] for line in plant.journal(stage="revideo") if line["event"] == "answered"}
    assert {line["claim"] for lines in held for line in lines} <= finished
    soundness.check(plant, *films)


def test_a_worker_that_does_not_finish_within_its_grace_loses_nothing(quick: Plant) -> None:
    """What the supervisor and Docker do: SIGTERM, then SIGKILL."""
    quick.keeper()
    old = quick.cpu_worker(2, "old")
    film = quick.submit("revideo")
    quick.held(film, "revideo")
    old.popen.send_signal(signal.SIGTERM)
    wait_until(lambda: "Warm shutdown" in old.log.read_text(), 10, "the worker heard it")
    quick.kill(old)
    quick.cpu_worker(2, "new")
    quick.held(film, "revideo", claims=2)
    quick.open_all()
    quick.completed(film)
    soundness.check(quick, film, again={(film, "revideo"): 1})


def test_what_would_take_too_long_is_handed_back_and_goes_on_elsewhere_within_two_seconds(production: Plant) -> None:
    """Its engine and the engine's children are ended; nothing of the step is spent."""
    plant = production
    plant.keeper()
    old = plant.cpu_worker(2, "old", SOFT_STOP_SECONDS="1")
    film = plant.submit("revideo")
    [held] = plant.held(film, "revideo")
    engines = wait_until(lambda: marked(str(plant.gate(film, "revideo"))), 10, "the engine at work")
    plant.cpu_worker(2, "new")
    wait_until(lambda: "Connected to" in (plant.folder / "log" / "new.log").read_text(), 30, "the new worker is there")
    old.popen.send_signal(signal.SIGTERM)
    wait_until(lambda: "Warm shutdown" in old.log.read_text(), 10, "the worker heard it")
    told = plant.now()
    plant.held(film, "revideo", claims=2)
    step, _, claim = held["claim"].partition("-")
    sql = "SELECT extract(epoch FROM started_at - %s), number FROM renders_attempt WHERE step_id = %s AND claim_no > %s"
    [(seconds, number)] = plant.rows(sql, told, step, claim)
    assert float(seconds) < 1.0 + 2.0
    assert number == 1, "no attempt is spent"
    wait_until(lambda: not any(map(alive, engines)), 5, "the old engine gone")
    assert old.wait() == 0
    plant.running.remove(old)
    plant.open_all()
    plant.completed(film)
    attempts = "SELECT outcome, count(*) FROM renders_attempt WHERE step_id = %s GROUP BY 1 ORDER BY 1"
    assert plant.rows(attempts, step) == [("cancelled", 1), ("ok", 1)]
    soundness.check_published(plant, film)
    soundness.check_files(plant)
    soundness.check_nothing_left_behind(plant)
