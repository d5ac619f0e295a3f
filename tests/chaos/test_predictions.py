"""Paid work and killed workers: what was asked for once is never asked for twice (I4), and is cancelled when nobody
waits for it any more (R6). Real processes; the service is on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.plant import PATIENCE, PROVIDERS, QUICK, Plant
from tests.support.predictions_server import IMAGE, KEY, Predictions, predictions
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def service() -> Iterator[Predictions]:
    with predictions() as running:
        yield running


@pytest.fixture(scope="module")
def paid_plant(make_plant: Callable[..., Plant], service: Predictions) -> Iterator[Plant]:
    settings = {
        "PREDICTIONS_URL": service.url,
        "PREDICTIONS_KEY": KEY,
        "PREDICTION_IMAGE_MODEL": IMAGE,
        "PREDICTIONS_POLL_SECONDS": "0.5",
        "GENERATED_VISUALS": "image:1",
    }
    settings["PROVIDERS"] = f"gated={PROVIDERS['gated']},scripted=tests.support.providers.Fake@cpu"
    with make_plant(chains={"script_gen": "scripted"}, **QUICK, **settings) as plant:
        yield plant


@pytest.fixture
def plant(paid_plant: Plant, service: Predictions) -> Iterator[Plant]:
    service.made.clear()
    service.cancelled.clear()
    service.looks_needed = 1
    service.let_go()
    paid_plant.rows("TRUNCATE renders_strayjob; SELECT 1")
    yield paid_plant
    service.let_go()
    paid_plant.clear()


def test_a_worker_killed_between_asking_and_noting_the_answer(plant: Plant, service: Predictions) -> None:
    plant.cpu_worker(2)
    doomed = plant.io_worker(2, "doomed")
    plant.keeper()
    service.hold_answers()
    film = plant.submit(length=120)
    wait_until(service.arrived.is_set, PATIENCE, "the service to be asked")
    assert plant.value("SELECT count(*) FROM renders_step WHERE job_id <> ''") == 0, "the answer is not noted yet"
    plant.kill(doomed)
    service.let_go()
    plant.io_worker(2, "heir")
    plant.completed(film)
    assert len(service.made) == 1
    assert service.made[0].looks >= 1
    assert plant.value("SELECT provider FROM renders_asset WHERE model = %s", IMAGE) == "prediction_image"


def test_an_answer_that_was_lost_on_its_way(plant: Plant, service: Predictions) -> None:
    plant.cpu_worker(2)
    plant.io_worker(2)
    plant.keeper()
    service.lose(1)
    film = plant.submit(length=120)
    plant.completed(film)
    assert len(service.made) == 1
    assert plant.value("SELECT provider FROM renders_asset WHERE model = %s", IMAGE) == "prediction_image"


def test_a_cancelled_render_s_job_is_cancelled_by_the_keeper(plant: Plant, service: Predictions) -> None:
    plant.cpu_worker(2)
    plant.io_worker(2)
    plant.keeper()
    service.looks_needed = 10_000
    film = plant.submit(length=120)
    wait_until(lambda: service.made and service.made[0].looks, PATIENCE, "it to be looked at")
    plant.order("cancel", film=film)
    wait_until(lambda: service.cancelled, PATIENCE, "the service to be told")
    assert service.cancelled == [service.made[0].id]
    wait_until(lambda: not plant.rows("SELECT 1 FROM renders_strayjob"), PATIENCE, "it to be settled")


def test_a_keeper_that_dies_before_it_could_say_so_leaves_it_to_the_next(plant: Plant, service: Predictions) -> None:
    plant.cpu_worker(2)
    plant.io_worker(2)
    keeper = plant.keeper()
    service.looks_needed = 10_000
    film = plant.submit(length=120)
    wait_until(lambda: service.made and service.made[0].looks, PATIENCE, "it to be looked at")
    plant.kill(keeper)
    plant.order("cancel", film=film)
    assert plant.value("SELECT count(*) FROM renders_strayjob") == 1
    plant.keeper()
    wait_until(lambda: service.cancelled, PATIENCE, "the service to be told")


@pytest.mark.parametrize("first", ["killed", "cancelled"])
def test_a_worker_killed_while_it_asks_for_a_render_that_is_cancelled(
    plant: Plant, service: Predictions, first: str
) -> None:
    """Nobody has noted what the service took: it is found there by its key."""
    plant.cpu_worker(2)
    doomed = plant.io_worker(2, "doomed")
    plant.keeper()
    service.looks_needed = 10_000
    service.hold_answers()
    film = plant.submit(length=120)
    wait_until(service.arrived.is_set, PATIENCE, "the service to be asked")
    if first == "killed":
        plant.kill(doomed)
        plant.order("cancel", film=film)
    else:
        plant.order("cancel", film=film)
        plant.kill(doomed)
    assert plant.value("SELECT count(*) FROM renders_step WHERE job_id <> ''") == 0, "the answer was not noted"
    service.let_go()
    wait_until(lambda: service.cancelled, PATIENCE, "the service to be told")
    assert (len(service.made), service.made[0].status) == (1, "canceled")


def test_worker_and_keeper_killed_as_the_chain_moves_on(plant: Plant, service: Predictions) -> None:
    """The service works on what takes too long; the row was written with the move."""
    plant.cpu_worker(2)
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
