"""SIGKILL for keepers and beats; two of each at once (R42)."""

from __future__ import annotations

import pytest

from renderhub.drills.looking import kill
from tests.support import soundness
from tests.support.plant import Plant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes


def test_the_second_keeper_takes_over_when_the_first_is_killed(quick: Plant) -> None:
    first = quick.keeper()
    before = quick.leader()
    second = quick.keeper("keeper-2")
    wait_until(lambda: "keeper started" in second.log.read_text(), 20, "the second stands by")
    quick.cpu_worker(3)
    film = quick.submit("tts")
    held = quick.held(film, "tts")[0]
    quick.kill(first)
    kill(held["pid"])
    wait_until(lambda: quick.leader() != before, 10, "the second leads")
    quick.held(film, "tts", claims=3)
    quick.open_all()
    quick.completed(film)
    soundness.check(quick, film, again={(film, "tts"): 1})


def test_a_keeper_that_is_started_again_rescues_what_was_lost_meanwhile(quick: Plant) -> None:
    quick.kill(quick.keeper())
    quick.cpu_worker(3)
    film = quick.submit("revideo")
    [held] = quick.held(film, "revideo")
    kill(held["pid"])
    run_out = "SELECT bool_and(lease_until < clock_timestamp()) FROM renders_step WHERE status = 'running'"
    wait_until(lambda: quick.value(run_out), 10, "the lease has run out")
    quick.keeper()
    quick.held(film, "revideo", claims=2)
    quick.open_all()
    quick.completed(film)
    soundness.check(quick, film, again={(film, "revideo"): 1})


def test_a_killed_beat_rings_again_once_it_is_started(quick: Plant) -> None:
    quick.order("beat_bell", every=1, queue="counted")
    beat = quick.named("beat")
    quick.rings(1)
    quick.kill(beat)
    before = quick.broker.llen("counted")
    quick.named("beat", "beat again")
    quick.rings(before + 2)


def test_two_keepers_and_two_beats_at_once_do_nothing_twice(quick: Plant) -> None:
    for queue in ("cpu", "counted"):
        quick.order("beat_bell", every=1, queue=queue)
    for number in ("", "-2"):
        quick.keeper(f"keeper{number}")
        quick.named("beat", f"beat{number}")
    quick.cpu_worker(3)
    films = [quick.submit() for _ in range(6)]
    killed = quick.submit("revideo")
    kill(quick.held(killed, "revideo")[0]["pid"])
    quick.held(killed, "revideo", claims=2)
    quick.rings(4)
    quick.open_all()
    quick.completed(*films, killed)
    soundness.check(quick, *films, killed, again={(killed, "revideo"): 1})
