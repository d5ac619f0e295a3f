"""The broker is flushed, killed and away: the database is the truth, and knows what is to be done (I1)."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator

import pytest

from tests.support import soundness
from tests.support.plant import QUICK, Plant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes

POOL = 3
REQUEST_AT_MOST = 3.0
"""Seconds that asking for a video may take without a broker, on a busy machine; each bell costs 0.1 s."""


@pytest.fixture(scope="module")
def plant(make_plant: Callable[..., Plant]) -> Iterator[Plant]:
    with make_plant(chains={"tts": "gated_io"}, **QUICK) as plant:
        plant.cpu_worker(POOL)
        plant.io_worker(3)
        plant.keeper()
        yield plant


def test_flushing_the_broker_at_random_moments_loses_nothing(plant: Plant) -> None:
    dice = random.Random(42)
    films = []
    for _ in range(12):
        films.append(plant.submit())
        seen = len(plant.journal())
        more = dice.randrange(6)
        wait_until(lambda: len(plant.journal()) >= min(seen + more, calls(films)), 60, "some calls more")  # noqa: B023
        plant.broker.flushall()
    plant.completed(*films)
    soundness.check(plant, *films)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_broker_that_restarts_finds_the_workers_listening_again(plant: Plant, number: int) -> None:
    held = [plant.submit("revideo") for _ in range(POOL)]
    for film in held:
        plant.held(film, "revideo")
    plant.order("ring", stage="tts", queue="cpu")
    wait_until(lambda: plant.broker.hlen("unacked") > 0, 20, "a bell taken and not begun")
    plant.stop_server("valkey", number)
    while_away = plant.submit()  # its bell is lost
    plant.open_all()
    done = "SELECT count(*) FROM renders_step s JOIN renders_render r ON r.id = s.render_id WHERE r.name = ANY(%s)"
    finished = f"{done} AND s.stage = 'revideo' AND s.status = 'done'"
    wait_until(lambda: plant.value(finished, held) == POOL, 20, "what was in hand is finished without a broker")
    plant.start_server("valkey")
    after = plant.submit()
    plant.completed(*held, while_away, after)
    assert all(one.popen.poll() is None for one in plant.running), "no process has ended over it"
    soundness.check(plant, *held, while_away, after)


def test_without_a_broker_asking_for_a_video_does_not_hang(plant: Plant) -> None:
    plant.stop_server("valkey")
    answers = [plant.order("submit", film=f"patient-{number}") for number in range(3)]
    plant.start_server("valkey")
    assert max(answer["seconds"] for answer in answers) < REQUEST_AT_MOST
    plant.completed(*[f"patient-{number}" for number in range(3)])


def calls(films: list[str]) -> int:
    """Lines that the journal will have once these are completed."""
    return 2 * len(films) * sum(soundness.STEPS.values())
