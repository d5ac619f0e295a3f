"""A deploy: workers told to stop finish what they do, or leave it to others; nothing is lost (R45)."""

from __future__ import annotations

import signal

import pytest

from renderhub.drills.looking import alive, marked
from tests.support import soundness
from tests.support.standing_plant import StandingPlant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes


@pytest.mark.parametrize(("queue", "stage"), [("cpu", "revideo"), ("io", "tts")], ids=["prefork", "threads"])
def test_a_worker_told_to_stop_finishes_its_steps_and_another_goes_on(
    quick: StandingPlant, queue: str, stage: str
) -> None:
    """Its mark in the database is there until it is gone (R46)."""
    plant = quick
    old = plant.usual(queue)
    mark = "SELECT kind, queues, size FROM renders_presence WHERE split_part(name, '@', 1) = %s"
    there = [("worker", [queue], plant.sizes[queue])]
    wait_until(lambda: plant.rows(mark, old.name) == there, 30, "its mark")
    films = [plant.submit(stage), plant.submit(stage)]
    held = [plant.held(film, stage, claims=soundness.STEPS[stage]) for film in films]
    old.popen.send_signal(signal.SIGTERM)
    wait_until(lambda: "Warm shutdown" in old.log.read_text(), 10, "the worker heard it")
    plant.retire(queue)
    plant.usual(queue)
    plant.open_all()
    plant.completed(*films)
    assert old.wait() == 0
    plant.running.remove(old)
    assert plant.rows(mark, old.name) == []
    finished = {line["claim"] for line in plant.journal(stage=stage) if line["event"] == "answered"}
    assert {line["claim"] for lines in held for line in lines} <= finished
    soundness.check(plant, *films)


def test_a_worker_that_does_not_finish_within_its_grace_loses_nothing(quick: StandingPlant) -> None:
    """What the supervisor and Docker do: SIGTERM, then SIGKILL."""
    old = quick.usual("cpu")
    film = quick.submit("revideo")
    quick.held(film, "revideo")
    old.popen.send_signal(signal.SIGTERM)
    wait_until(lambda: "Warm shutdown" in old.log.read_text(), 10, "the worker heard it")
    quick.kill(old)
    quick.usual("cpu")
    quick.held(film, "revideo", claims=2)
    quick.open_all()
    quick.completed(film)
    soundness.check(quick, film, again={(film, "revideo"): 1})


def test_what_would_take_too_long_is_handed_back_and_goes_on_elsewhere_within_two_seconds(quick: StandingPlant) -> None:
    """Its engine and the engine's children are ended; nothing of the step is spent. Nobody waits for its lease, which
    is that of production."""
    plant = quick
    with plant.parked(plant.usual("cpu")):
        old = plant.cpu_worker(1, "old", SOFT_STOP_SECONDS="1", LEASE_SECONDS="8", LEASE_RENEWAL_SECONDS="2")
        film = plant.submit("revideo")
        [held] = plant.held(film, "revideo")
        engines = wait_until(lambda: marked(str(plant.gate(film, "revideo"))), 10, "the engine at work")
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
