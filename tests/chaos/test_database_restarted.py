"""PostgreSQL is restarted under every thread of every process: none is poisoned, no finished work is lost."""

from __future__ import annotations

import signal
import socket
import time
import urllib.error
import urllib.request

import pytest

from tests.support import soundness
from tests.support.standing_plant import SIZES, StandingPlant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes

THREADS = SIZES["io"]
KINDS = {"in good order": None, "at once": signal.SIGQUIT, "killed": signal.SIGKILL}


@pytest.mark.parametrize("kind", KINDS)
def test_every_thread_works_on_after_a_restart_and_brings_what_it_had(quick: StandingPlant, kind: str) -> None:
    films = hold_every_thread(quick)
    quick.stop_server("postgres", KINDS[kind])
    quick.start_server("postgres")
    quick.open_all()
    quick.completed(*films)
    soundness.check(quick, *films)
    # Now they are idle, with connections that were fine when they were last used.
    quick.stop_server("postgres", KINDS[kind])
    quick.start_server("postgres")
    again = hold_every_thread(quick)
    quick.open_all()
    quick.completed(*again)
    soundness.check(quick, *again)
    quick.leader()


def test_work_in_hand_outlives_a_database_that_is_away_for_longer_than_a_lease(quick: StandingPlant) -> None:
    """Nobody could renew a lease: that is no worker's fault, and no reason to do its work again."""
    films = hold_every_thread(quick)
    run_out = max(quick.rows("SELECT lease_until FROM renders_step WHERE status = 'running'"))[0]
    quick.stop_server("postgres")
    wait_until(lambda: time.time() > run_out.timestamp() + 1, 30, "every lease has run out")
    io = quick.usual("io")
    io.signal_all(signal.SIGSTOP)
    quick.start_server("postgres")
    # The keeper is back before the workers are.
    leader = quick.leader()
    looked = "SELECT query NOT LIKE '%%advisory%%' FROM pg_stat_activity WHERE pid = %s"
    wait_until(lambda: quick.value(looked, leader), 10, "the keeper has looked for what is lost")
    io.signal_all(signal.SIGCONT)
    renewed = "SELECT bool_and(lease_until > clock_timestamp()) FROM renders_step WHERE status = 'running'"
    wait_until(lambda: quick.value(renewed), 20, "the leases renewed")
    quick.open_all()
    quick.completed(*films)
    soundness.check(quick, *films)


def test_beat_rings_on_after_a_restart_and_hears_of_changes(quick: StandingPlant) -> None:
    quick.order("beat_bell", every=1, queue="counted")
    beat = quick.named("beat")
    quick.rings(1)
    quick.stop_server("postgres")
    quick.start_server("postgres")
    quick.order("beat_bell", every=1, queue="new")
    quick.rings(1, "new")
    quick.stop(beat)


def test_the_web_process_answers_again_after_a_restart(quick: StandingPlant) -> None:
    port = free_port()
    web = quick.named("web", port=port)
    cookie = quick.order("session")["cookie"]
    wait_until(lambda: signed_in(port, cookie), 60, "the web process answers")
    quick.stop_server("postgres")
    assert not signed_in(port, cookie)
    quick.start_server("postgres")
    # Each of its eight threads had a connection; each must find a new one, at its first request.
    assert all(signed_in(port, cookie) for _ in range(30))
    quick.stop(web)


def hold_every_thread(plant: StandingPlant) -> list[str]:
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
