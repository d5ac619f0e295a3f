"""SIGKILL for pool processes and whole workers in the middle of every stage, with the leases of production (R42)."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from renderhub.drills.looking import alive, below, kill, marked
from tests.support import soundness
from tests.support.plant import PATIENCE, STAGES
from tests.support.standing_plant import StandingPlant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes

ENGINES = ("manim", "revideo")
"""Stages whose provider has a child process at work."""
AT_MOST = PATIENCE
MEDIAN_AT_MOST = 10.0
"""Seconds from the kill to the next claim of the step."""
ORPHANS_GONE_WITHIN = 3.0

# How long the lease has still to run at the kill decides how long it takes: anything, the most, and the least.
MOMENTS = {
    "at any moment": "TRUE",
    "just renewed": "s.lease_until > clock_timestamp() + interval '7.8 second'",
    "soon to be renewed": "s.lease_until < clock_timestamp() + interval '6.4 second'",
}
KILLS = [(stage, "just renewed") for stage in STAGES] + [("manim", "soon to be renewed"), ("tts", "at any moment")]
"""The stage decides what is half-made, the moment how long it takes: each of both, and each stage at the worst."""
POOL = 12
"""Processes: each of these calls holds one, and a segment's neighbour another."""


@pytest.fixture(scope="module")
def production_plant(make_plant: Callable[..., StandingPlant]) -> Iterator[StandingPlant]:
    """The leases of production; engines with children of their own."""
    with make_plant(chains={"manim": "engine", "revideo": "engine"}, sizes={"cpu": POOL}) as plant:
        yield plant


@pytest.fixture
def production(production_plant: StandingPlant) -> Iterator[StandingPlant]:
    production_plant.ready()
    yield production_plant
    production_plant.clear()


def claim_of(line: dict[str, Any]) -> tuple[int, int]:
    step, _, claim = line["claim"].partition("-")
    return int(step), int(claim)


def moment_has_come(plant: StandingPlant, line: dict[str, Any], moment: str) -> bool:
    sql = f"""SELECT {MOMENTS[moment]} FROM renders_step s JOIN renders_attempt a ON a.step_id = s.id
               WHERE s.id = %s AND a.claim_no = %s"""
    return bool(plant.value(sql, *claim_of(line)))


def seconds_to_next_claim(plant: StandingPlant, line: dict[str, Any], since: Any) -> float:
    """By the database's clock."""
    step, claim = claim_of(line)
    sql = "SELECT extract(epoch FROM started_at - %s) FROM renders_attempt WHERE step_id = %s AND claim_no > %s"
    rows = wait_until(lambda: plant.rows(sql, since, step, claim), AT_MOST, f"step {step} claimed again")
    return float(rows[0][0])


def test_a_killed_pool_process_costs_one_call_and_seconds(
    production: StandingPlant, going_again: Callable[[str, float], None]
) -> None:
    plant = production
    films = {(stage, moment): plant.submit(stage) for stage, moment in KILLS}
    to_kill = {slot: plant.held(film, slot[0])[0] for slot, film in films.items()}
    plant.leader()
    for (stage, _), film in films.items():
        if stage in ENGINES:
            wait_for_engines(plant, film, stage)
    killed, orphans = [], []

    def kill_who_is_due() -> bool:
        for slot, line in list(to_kill.items()):
            if moment_has_come(plant, line, slot[1]):
                orphans.extend(below(line["pid"]))
                killed.append((slot, to_kill.pop(slot), plant.now()))
                kill(line["pid"])
        return not to_kill

    wait_until(kill_who_is_due, 30, "the moment of every kill")
    assert orphans
    wait_until(lambda: not any(map(alive, orphans)), ORPHANS_GONE_WITHIN, "the engines' children gone")
    times = []
    for (stage, moment), line, since in killed:
        times.append(seconds_to_next_claim(plant, line, since))
        going_again(f"pool process killed in {stage}, {moment}", times[-1])
    assert statistics.median(times) < MEDIAN_AT_MOST or overloaded()
    plant.open_all()
    plant.completed(*films.values())
    soundness.check(plant, *films.values(), again={(film, stage): 1 for (stage, _), film in films.items()})


def test_a_killed_worker_takes_its_engines_with_it_and_loses_nothing(
    production: StandingPlant, going_again: Callable[[str, float], None]
) -> None:
    plant = production
    worker = plant.usual("cpu")
    films = {stage: plant.submit(stage) for stage in STAGES}
    held = {stage: plant.held(film, stage, soundness.STEPS[stage]) for stage, film in films.items()}
    plant.leader()
    engines = [pid for stage in ENGINES for pid in wait_for_engines(plant, films[stage], stage)]
    since = plant.now()
    plant.kill(worker)
    wait_until(lambda: not any(map(alive, engines)), ORPHANS_GONE_WITHIN, "the engines' children gone")
    plant.usual("cpu")
    for stage, lines in held.items():
        for line in lines:
            going_again(f"worker killed in {stage}", seconds_to_next_claim(plant, line, since))
    plant.open_all()
    plant.completed(*films.values())
    again = {(film, stage): soundness.STEPS[stage] for stage, film in films.items()}
    soundness.check(plant, *films.values(), again=again)


def wait_for_engines(plant: StandingPlant, film: str, stage: str) -> list[int]:
    """The engine's processes of every call that is held: its child and its grandchild, at least."""
    wanted = 2 * soundness.STEPS[stage]

    def found() -> list[int] | None:
        pids = marked(str(plant.gate(film, stage)))
        return pids if len(pids) >= wanted else None

    return wait_until(found, 10, "the engine's children at work") or []


def overloaded() -> bool:
    """Whether the machine has so much else to do that times say nothing."""
    return os.getloadavg()[0] > 2 * (os.cpu_count() or 1)
