"""The broker is flushed, killed and away: the database is the truth, and knows what is to be done (I1)."""

from __future__ import annotations

import random
import signal

import pytest
from celery import Celery

from tests.support import soundness
from tests.support.standing_plant import SIZES, StandingPlant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes

POOL = SIZES["cpu"]
REQUEST_AT_MOST = 3.0
"""Seconds that asking for a video may take without a broker, on a busy machine; each bell costs 0.1 s."""


def test_flushing_the_broker_at_random_moments_loses_nothing(quick: StandingPlant) -> None:
    dice = random.Random(42)
    films = []
    for _ in range(12):
        films.append(quick.submit())
        seen = len(quick.journal())
        more = dice.randrange(6)
        wait_until(lambda: len(quick.journal()) >= min(seen + more, calls(films)), 60, "some calls more")  # noqa: B023
        quick.broker.flushall()
    quick.completed(*films)
    soundness.check(quick, *films)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_broker_that_restarts_finds_the_workers_listening_again(quick: StandingPlant, number: int) -> None:
    held = [quick.submit("revideo") for _ in range(POOL)]
    for film in held:
        quick.held(film, "revideo")
    quick.order("ring", stage="tts", queue="cpu")
    wait_until(lambda: in_hand(quick), 20, "a bell taken and not begun")
    quick.stop_server("valkey", number)
    while_away = quick.submit()  # its bell is lost
    quick.open_all()
    done = "SELECT count(*) FROM renders_step s JOIN renders_render r ON r.id = s.render_id WHERE r.name = ANY(%s)"
    finished = f"{done} AND s.stage = 'revideo' AND s.status = 'done'"
    wait_until(lambda: quick.value(finished, held) == POOL, 20, "what was in hand is finished without a broker")
    quick.start_server("valkey")
    after = quick.submit()
    quick.completed(*held, while_away, after)
    assert all(one.popen.poll() is None for one in quick.running), "no process has ended over it"
    soundness.check(quick, *held, while_away, after)


def test_without_a_broker_asking_for_a_video_does_not_hang(quick: StandingPlant) -> None:
    quick.stop_server("valkey")
    answers = [quick.order("submit", film=f"patient-{number}") for number in range(3)]
    quick.start_server("valkey")
    assert max(answer["seconds"] for answer in answers) < REQUEST_AT_MOST
    quick.completed(*[f"patient-{number}" for number in range(3)])


def in_hand(plant: StandingPlant) -> int:
    """Bells that workers have taken and not begun, as they say themselves."""
    with Celery(broker=plant.environment()["BROKER_URL"]) as app, app.connection() as connection:
        told = app.control.inspect(timeout=1.0, connection=connection).reserved() or {}
    return sum(map(len, told.values()))


def calls(films: list[str]) -> int:
    """Lines that the journal will have once these are completed."""
    return 2 * len(films) * sum(soundness.STEPS.values())
