"""SIGKILL for keepers and beats; two of each at once (R42)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from renderhub.drills.looking import kill
from tests.support import soundness
from tests.support.standing_plant import StandingPlant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes

MARK = "SELECT 1 FROM renders_presence WHERE kind = 'beat' AND name LIKE '%%/' || %s"


@pytest.fixture(scope="module")
def _one_of_each_afterwards(quick_plant: StandingPlant) -> Iterator[None]:
    yield
    quick_plant.clear()


@pytest.fixture
def plant(_one_of_each_afterwards: None, quick_plant: StandingPlant) -> Iterator[StandingPlant]:
    """The second keeper and the first beat are there for the next test, too."""
    quick_plant.ready()
    yield quick_plant
    quick_plant.clear(keep=("keeper", "keeper-2", "beat"))


def test_two_keepers_and_two_beats_at_once_do_nothing_twice(plant: StandingPlant) -> None:
    for queue in ("cpu", "counted"):
        plant.order("beat_bell", every=1, queue=queue)
    plant.keeper("keeper-2")
    for name in ("beat", "beat-2"):
        plant.named("beat", name)
    films = [plant.submit() for _ in range(6)]
    killed = plant.submit("revideo")
    kill(plant.held(killed, "revideo")[0]["pid"])
    plant.held(killed, "revideo", claims=2)
    plant.rings(4)
    plant.open_all()
    plant.completed(*films, killed)
    soundness.check(plant, *films, killed, again={(killed, "revideo"): 1})


def test_a_killed_beat_leaves_its_mark_and_rings_again_once_it_is_started(plant: StandingPlant) -> None:
    """Its mark is how the console knows that it is silent (R46, R71)."""
    plant.order("beat_bell", every=1, queue="counted")
    beat = next((one for one in plant.running if one.name == "beat"), None) or plant.named("beat")
    plant.rings(1)
    wait_until(lambda: plant.rows(MARK, str(beat.pid)), 30, "its mark")
    plant.kill(beat)
    assert plant.rows(MARK, str(beat.pid))
    before = plant.broker.llen("counted")
    plant.named("beat", "beat again")
    plant.rings(before + 2)


def test_the_second_keeper_takes_over_when_the_first_is_killed(plant: StandingPlant) -> None:
    first = plant.keeper()
    before = plant.leader()
    second = plant.keeper("keeper-2")
    wait_until(lambda: "keeper started" in second.log.read_text(), 20, "the second stands by")
    film = plant.submit("manim")
    held = plant.held(film, "manim")[0]
    plant.kill(first)
    kill(held["pid"])
    wait_until(lambda: plant.leader() != before, 10, "the second leads")
    plant.held(film, "manim", claims=3)
    plant.open_all()
    plant.completed(film)
    soundness.check(plant, film, again={(film, "manim"): 1})


def test_a_keeper_that_is_started_again_rescues_what_was_lost_meanwhile(plant: StandingPlant) -> None:
    plant.kill(*[one for one in plant.running if one.name.startswith("keeper")])
    film = plant.submit("revideo")
    [held] = plant.held(film, "revideo")
    kill(held["pid"])
    run_out = "SELECT bool_and(lease_until < clock_timestamp()) FROM renders_step WHERE status = 'running'"
    wait_until(lambda: plant.value(run_out), 10, "the lease has run out")
    plant.keeper()
    plant.held(film, "revideo", claims=2)
    plant.open_all()
    plant.completed(film)
    soundness.check(plant, film, again={(film, "revideo"): 1})
