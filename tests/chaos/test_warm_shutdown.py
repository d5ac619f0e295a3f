"""A deploy: workers told to stop finish what they do, or leave it to others; nothing is lost (R45)."""

from __future__ import annotations

import signal

import pytest

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
