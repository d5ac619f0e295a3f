"""Workers that are half dead: a parent killed over its pool, a worker that was stopped and comes back (I2, R43)."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.support import soundness
from tests.support.plant import Plant
from tests.support.processes import alive, kill
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("chaos-quick")]


def test_a_pool_dies_with_its_parent_and_its_steps_go_on(quick: Plant) -> None:
    quick.keeper()
    worker = quick.cpu_worker(2, "killed")
    film = quick.submit("tts")
    quick.held(film, "tts", claims=2)
    pool = worker.pool()
    kill(worker.pid)
    worker.wait()
    wait_until(lambda: not any(map(alive, pool)), 5, "the pool gone")
    quick.running.remove(worker)
    quick.cpu_worker(2, "next")
    quick.held(film, "tts", claims=4)
    quick.open_all()
    quick.completed(film)
    soundness.check(quick, film, again={(film, "tts"): 2})


@pytest.mark.parametrize("stage", ["revideo", "upload"])
def test_a_zombie_that_comes_back_changes_nothing(quick: Plant, stage: str) -> None:
    quick.keeper()
    frozen = quick.cpu_worker(1, "frozen")
    film = quick.submit(stage)
    [late] = quick.held(film, stage)
    frozen.signal_all(signal.SIGSTOP)
    quick.cpu_worker(1, "next")
    [_, other] = quick.held(film, stage, claims=2)
    quick.open(film)
    quick.completed(film)
    before = quick.rows("SELECT id, kind FROM renders_renderevent ORDER BY id")
    frozen.signal_all(signal.SIGCONT)
    wait_until(lambda: outcome(quick, late) == "lost" and said_stale(frozen.log), 30, "the late result dropped")
    assert outcome(quick, other) == "ok"
    assert quick.rows("SELECT id, kind FROM renders_renderevent ORDER BY id") == before
    soundness.check(quick, film, again={(film, stage): 1})


def test_a_worker_that_was_frozen_works_on_when_it_is_back(quick: Plant) -> None:
    quick.keeper()
    worker = quick.cpu_worker(2)
    first = quick.submit("tts")
    lines = quick.held(first, "tts", claims=2)
    worker.signal_all(signal.SIGSTOP)
    lost = "SELECT count(*) FROM renders_attempt WHERE outcome = 'lost'"
    wait_until(lambda: quick.value(lost) == len(lines), 30, "both leases run out")
    worker.signal_all(signal.SIGCONT)
    quick.open(first)
    second = quick.submit()
    quick.completed(first, second)
    soundness.check(quick, first, second, again={(first, "tts"): 2})


def outcome(plant: Plant, line: dict[str, str]) -> str:
    step, _, claim = line["claim"].partition("-")
    sql = "SELECT outcome FROM renders_attempt WHERE step_id = %s AND claim_no = %s"
    return str(plant.value(sql, int(step), int(claim)))


def said_stale(log: Path) -> bool:
    return "this result is dropped" in log.read_text(encoding="utf-8")
