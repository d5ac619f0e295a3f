"""A message carries nothing that matters: five of them, or none, come to the same (R43, I1, I2)."""

from __future__ import annotations

import pytest

from tests.support import soundness
from tests.support.standing_plant import StandingPlant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes


def test_the_same_message_delivered_five_times_does_the_work_once(quick: StandingPlant) -> None:
    with quick.parked(quick.usual("cpu")):
        film = quick.submit("script_gen")
        [message] = quick.broker.lrange("cpu", 0, -1)
        for _ in range(4):
            quick.broker.lpush("cpu", message)
    quick.cpu_worker(3, "two")
    quick.held(film, "script_gen")
    wait_until(lambda: quick.broker.llen("cpu") == 0, 20, "all five taken")
    for _ in range(5):
        quick.broker.lpush("cpu", message)
    quick.open_all()
    quick.completed(film)
    for _ in range(5):
        quick.broker.lpush("cpu", message)
    wait_until(lambda: quick.broker.llen("cpu") == 0, 20, "the late ones taken")
    soundness.check(quick, film)


def test_without_any_message_the_keeper_finds_the_work(quick: StandingPlant) -> None:
    with quick.parked(quick.usual("cpu")):
        films = [quick.submit() for _ in range(3)]
        quick.broker.flushall()
    quick.completed(*films)
    soundness.check(quick, *films)


def test_bells_wait_in_the_broker_and_never_in_a_worker(quick: StandingPlant) -> None:
    """No countdown, no ETA: such messages sit in a worker's memory and are gone with it."""
    with quick.broker.monitor() as monitor:
        film = quick.submit()
        quick.completed(film)
        quick.broker.set("end", 1)
        sent = []
        for entry in monitor.listen():
            if entry["command"].upper().startswith("LPUSH"):
                sent.append(entry["command"])
            if entry["command"].upper().startswith("SET END"):
                break
    assert sent
    assert all('"eta": null' in command.replace('\\"', '"') for command in sent)
