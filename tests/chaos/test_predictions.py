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
