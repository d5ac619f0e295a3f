"""Workers that are half dead: a parent killed over its pool, a worker that was stopped and comes back (I2, R43)."""

from __future__ import annotations

import signal

import pytest

from renderhub.drills.looking import alive, kill
from tests.support import soundness
from tests.support.standing_plant import StandingPlant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes


def test_a_pool_dies_with_its_parent_and_its_steps_go_on(quick: StandingPlant) -> None:
    worker = quick.usual("cpu")
    film = quick.submit("manim")
    quick.held(film, "manim", claims=2)
    pool = worker.pool()
    kill(worker.pid)
    worker.wait()
    wait_until(lambda: not any(map(alive, pool)), 5, "the pool gone")
    quick.running.remove(worker)
    quick.usual("cpu")
    quick.held(film, "manim", claims=4)
    quick.open_all()
    quick.completed(film)
    soundness.check(quick, film, again={(film, "manim"): 2})


def test_a_zombie_that_comes_back_publishes_nothing_twice_and_works_on(quick: StandingPlant) -> None:
    stage = "upload"
    with quick.parked(quick.usual("cpu")):
        frozen = quick.cpu_worker(1, "frozen")
        film = quick.submit(stage)
        [late] = quick.held(film, stage)
        frozen.signal_all(signal.SIGSTOP)
    [_, other] = quick.held(film, stage, claims=2)
    quick.open(film)
    quick.completed(film)
    before = events_of(quick, film)
    with quick.parked(quick.usual("cpu")):
        frozen.signal_all(signal.SIGCONT)
        # Its only process has to be done with the late result before it can take up anything else.
        following = quick.submit()
        quick.completed(following)
    assert {line["pid"] for line in quick.journal(following) if line["stage"] != "tts"} == {late["pid"]}
    assert (outcome(quick, late), outcome(quick, other)) == ("lost", "ok")
    assert events_of(quick, film) == before
    soundness.check(quick, film, following, again={(film, stage): 1})


def test_a_worker_that_lost_its_lease_unawares_is_not_believed(quick: StandingPlant) -> None:
    """It renews nothing and hears of nothing; its working folder stays; its result is whole, and too late."""
    keeper, usual = quick.keeper(), quick.usual("cpu")
    with quick.parked(keeper):  # it would sweep the folder away
        with quick.parked(usual):
            unaware = quick.cpu_worker(1, "unaware", LEASE_RENEWAL_SECONDS="600")
            film = quick.submit("revideo")
            [late] = quick.held(film, "revideo")
            run_out = "SELECT bool_and(lease_until < clock_timestamp()) FROM renders_step WHERE status = 'running'"
            wait_until(lambda: quick.value(run_out), 20, "its lease run out")
        with quick.parked(unaware):  # the bell would lie with it: its only process is busy, and no keeper rings again
            quick.order("look_for_the_lost")
            assert outcome(quick, late) == "lost"
            [_, other] = quick.held(film, "revideo", claims=2)
            quick.open(film)
            quick.completed(film)
            before = quick.value(RESULT, film), events_of(quick, film)
        with quick.parked(usual):
            following = quick.submit()
            quick.completed(following)
    answered = [line["claim"] for line in quick.journal(film, "revideo") if line["event"] == "answered"]
    assert answered == [other["claim"], late["claim"]]
    assert (quick.value(RESULT, film), events_of(quick, film)) == before
    soundness.check(quick, film, following, again={(film, "revideo"): 1})


RESULT = """SELECT s.result::text FROM renders_step s JOIN renders_render r ON r.id = s.render_id
             WHERE r.name = %s AND s.stage = 'revideo'"""


def outcome(plant: StandingPlant, line: dict[str, str]) -> str:
    step, _, claim = line["claim"].partition("-")
    sql = "SELECT outcome FROM renders_attempt WHERE step_id = %s AND claim_no = %s"
    return str(plant.value(sql, int(step), int(claim)))


def events_of(plant: StandingPlant, film: str) -> list[tuple[object, ...]]:
    sql = """SELECT e.kind, e.run FROM renders_renderevent e JOIN renders_render r ON r.id = e.render_id
              WHERE r.name = %s ORDER BY e.id"""
    return plant.rows(sql, film)
