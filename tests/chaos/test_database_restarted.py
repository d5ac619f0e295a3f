"""PostgreSQL is restarted under every thread of every process: none is poisoned, no finished work is lost."""

from __future__ import annotations

import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

import pytest

from tests.support import soundness
from tests.support.plant import QUICK, Plant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes

THREADS = 4
KINDS = {"in good order": None, "at once": signal.SIGQUIT, "killed": signal.SIGKILL}


@pytest.fixture(scope="module")
def plant(make_plant: Callable[..., Plant]) -> Iterator[Plant]:
    with make_plant(chains={"tts": "gated_io"}, **QUICK) as plant:
        plant.cpu_worker(2)
        plant.io_worker(THREADS)
        plant.keeper()
        yield plant


@pytest.mark.parametrize("kind", KINDS)
def test_every_thread_works_on_after_a_restart_and_brings_what_it_had(plant: Plant, kind: str) -> None:
    films = hold_every_thread(plant)
    plant.stop_server("postgres", KINDS[kind])
    plant.start_server("postgres")
    plant.open_all()
    plant.completed(*films)
    soundness.check(plant, *films)
    # Now they are idle, with connections that were fine when they were last used.
    plant.stop_server("postgres", KINDS[kind])
    plant.start_server("postgres")
    again = hold_every_thread(plant)
    plant.open_all()
    plant.completed(*again)
    soundness.check(plant, *again)
    plant.leader()


def test_work_in_hand_outlives_a_database_that_is_away_for_longer_than_a_lease(plant: Plant) -> None:
    """Nobody could renew a lease: that is no worker's fault, and no reason to do its work again."""
    films = hold_every_thread(plant)
    run_out = max(plant.rows("SELECT lease_until FROM renders_step WHERE status = 'running'"))[0]
    plant.stop_server("postgres")
    wait_until(lambda: time.time() > run_out.timestamp() + 1, 30, "every lease has run out")
    [io] = [one for one in plant.running if one.name == "io"]
    io.signal_all(signal.SIGSTOP)
    plant.start_server("postgres")
    # The keeper is back before the workers are.
    leader = plant.leader()
    looked = "SELECT query NOT LIKE '%%advisory%%' FROM pg_stat_activity WHERE pid = %s"
    wait_until(lambda: plant.value(looked, leader), 10, "the keeper has looked for what is lost")
    io.signal_all(signal.SIGCONT)
    renewed = "SELECT bool_and(lease_until > clock_timestamp()) FROM renders_step WHERE status = 'running'"
    wait_until(lambda: plant.value(renewed), 20, "the leases renewed")
    plant.open_all()
    plant.completed(*films)
    soundness.check(plant, *films)


def test_beat_rings_on_after_a_restart_and_hears_of_changes(plant: Plant) -> None:
    plant.order("beat_bell", every=1, queue="counted")
    beat = plant.named("beat")
    plant.rings(1)
    plant.stop_server("postgres")
    plant.start_server("postgres")
    plant.order("beat_bell", every=1, queue="new")
    plant.rings(1, "new")
    plant.stop(beat)


def test_the_web_process_answers_again_after_a_restart(plant: Plant) -> None:
    port = free_port()
    web = plant.named("web", port=port)
    cookie = plant.order("session")["cookie"]
    wait_until(lambda: signed_in(port, cookie), 60, "the web process answers")
    plant.stop_server("postgres")
    assert not signed_in(port, cookie)
    plant.start_server("postgres")
    # Each of its eight threads had a connection; each must find a new one, at its first request.
    assert all(signed_in(port, cookie) for _ in range(30))
    plant.stop(web)


def hold_every_thread(plant: Plant) -> list[str]:
    """Renders whose narrations hold every thread of the io worker, each its own."""
    films = [plant.submit("tts") for _ in range(THREADS // 2)]
    for film in films:
        plant.held(film, "tts", claims=2)
    asked = [line for line in plant.journal(stage="tts") if line["film"] in films and line["event"] == "asked"]
    assert len({(line["pid"], line["thread"]) for line in asked}) == THREADS, asked
    return films


def signed_in(port: int, cookie: str) -> bool:
    """Whether a page that only an operator sees comes: it needs the session and the user from the database."""
    wanted = urllib.request.Request(f"http://127.0.0.1:{port}/admin/jsi18n/", headers={"Cookie": f"sessionid={cookie}"})
    opener = urllib.request.build_opener(NoRedirects)
    try:
        with opener.open(wanted, timeout=20) as answer:
            return bool(answer.status == 200)
    except (urllib.error.HTTPError, OSError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        return False


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
