"""Paid work and killed workers: what was asked for once is never asked for twice (I4), and is cancelled when nobody
waits for it any more (R6). Real processes; the service is on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.plant import PATIENCE, PROVIDERS, QUICK
from tests.support.predictions_server import IMAGE, KEY, Predictions, predictions
from tests.support.standing_plant import StandingPlant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def service() -> Iterator[Predictions]:
    with predictions() as running:
        yield running


@pytest.fixture(scope="module")
def paid_plant(make_plant: Callable[..., StandingPlant], service: Predictions) -> Iterator[StandingPlant]:
    settings = {
        "PREDICTIONS_URL": service.url,
        "PREDICTIONS_KEY": KEY,
        "PREDICTION_IMAGE_MODEL": IMAGE,
        "PREDICTIONS_POLL_SECONDS": "0.5",
        "GENERATED_VISUALS": "image:1",
    }
    settings["PROVIDERS"] = f"gated={PROVIDERS['gated']},scripted=tests.support.providers.Fake@cpu"
    with make_plant(chains={"script_gen": "scripted"}, sizes={"cpu": 2, "io": 2}, **QUICK, **settings) as plant:
        yield plant


@pytest.fixture
def plant(paid_plant: StandingPlant, service: Predictions) -> Iterator[StandingPlant]:
    service.made.clear()
    service.cancelled.clear()
    service.looks_needed = 1
    service.let_go()
    paid_plant.rows("TRUNCATE renders_strayjob; SELECT 1")
    paid_plant.keeper()
    paid_plant.usual("cpu")
    yield paid_plant
    service.let_go()
    paid_plant.clear()


def test_a_worker_killed_between_asking_and_noting_the_answer(plant: StandingPlant, service: Predictions) -> None:
    doomed = plant.usual("io")
    service.hold_answers()
    film = plant.submit(length=120)
    wait_until(service.arrived.is_set, PATIENCE, "the service to be asked")
    assert plant.value("SELECT count(*) FROM renders_step WHERE job_id <> ''") == 0, "the answer is not noted yet"
    plant.kill(doomed)
    service.let_go()
    plant.usual("io")
    plant.completed(film)
    assert len(service.made) == 1
    assert service.made[0].looks >= 1
    assert plant.value("SELECT provider FROM renders_asset WHERE model = %s", IMAGE) == "prediction_image"


def test_an_answer_that_was_lost_on_its_way(plant: StandingPlant, service: Predictions) -> None:
    plant.usual("io")
    service.lose(1)
    film = plant.submit(length=120)
    plant.completed(film)
    assert len(service.made) == 1
    assert plant.value("SELECT provider FROM renders_asset WHERE model = %s", IMAGE) == "prediction_image"


def test_a_cancelled_render_s_job_is_cancelled_by_the_keeper(plant: StandingPlant, service: Predictions) -> None:
    plant.usual("io")
    service.looks_needed = 10_000
    film = plant.submit(length=120)
    wait_until(lambda: service.made and service.made[0].looks, PATIENCE, "it to be looked at")
    plant.order("cancel", film=film)
    wait_until(lambda: service.cancelled, PATIENCE, "the service to be told")
    assert service.cancelled == [service.made[0].id]
    wait_until(lambda: not plant.rows("SELECT 1 FROM renders_strayjob"), PATIENCE, "it to be settled")


def test_a_keeper_that_dies_before_it_could_say_so_leaves_it_to_the_next(
    plant: StandingPlant, service: Predictions
) -> None:
    keeper = plant.keeper()
    plant.usual("io")
    service.looks_needed = 10_000
    film = plant.submit(length=120)
    wait_until(lambda: service.made and service.made[0].looks, PATIENCE, "it to be looked at")
    plant.kill(keeper)
    plant.order("cancel", film=film)
    assert plant.value("SELECT count(*) FROM renders_strayjob") == 1
    plant.keeper()
    wait_until(lambda: service.cancelled, PATIENCE, "the service to be told")


def test_a_worker_killed_while_it_asks_for_renders_that_are_cancelled(
    plant: StandingPlant, service: Predictions
) -> None:
    """Nobody has noted what the service took: it is found there by its key, whether the render was cancelled before
    the worker was killed or after."""
    doomed = plant.usual("io")
    service.looks_needed = 10_000
    service.hold_answers()
    before, after = plant.submit(length=120), plant.submit(length=120)
    wait_until(lambda: len(service.made) == 2, PATIENCE, "the service to be asked for both")
    plant.order("cancel", film=before)
    plant.kill(doomed)
    plant.order("cancel", film=after)
    assert plant.value("SELECT count(*) FROM renders_step WHERE job_id <> ''") == 0, "no answer was noted"
    service.let_go()
    made = {one.id for one in service.made}
    wait_until(lambda: set(service.cancelled) == made, PATIENCE, "the service to be told")
    assert [one.status for one in service.made] == ["canceled", "canceled"]


def test_worker_and_keeper_killed_as_the_chain_moves_on(plant: StandingPlant, service: Predictions) -> None:
    """The service works on what takes too long; the row was written with the move."""
    plant.without("io")
    slow = plant.worker("io", "threads", 2, "slow", MANIM_SECONDS="2", MEDIA_GENERATION_MAX_RETRIES="1")
    keeper = plant.keeper()
    service.looks_needed = 10_000
    plant.submit(length=120)
    wait_until(lambda: service.made and service.made[0].looks, PATIENCE, "it to be looked at")
    service.hold_answers()
    wait_until(lambda: service.cancelled, PATIENCE, "the service to be told")
    plant.kill(slow, keeper)
    assert plant.value("SELECT count(*) FROM renders_step WHERE provider = 'prediction_image'") == 0, "it has moved on"
    assert plant.value("SELECT count(*) FROM renders_strayjob") == 1, "nobody has heard that it is over"
    service.cancelled.clear()
    service.let_go()
    plant.keeper()
    wait_until(lambda: not plant.rows("SELECT 1 FROM renders_strayjob"), PATIENCE, "it to be settled")
    assert service.cancelled == [service.made[0].id]
