"""A sender in a process of its own is ended by SIGKILL: nothing is lost, and at most one duplicate (I4)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.db import connection

from alerts import claims, sending
from alerts.models import Delivery
from renderhub.drills.looking import alive
from renderhub.embedded.home import PROJECT
from renders.pipeline import outbox
from tests.support import alerting
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture(scope="module")
def killed_when(django_db_setup: None) -> Iterator[Callable[[str, str], None]]:
    """A sender starts, comes to a point, and is gone."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "FETCH_PRIVATE_HOSTS": "127.0.0.1",
    }
    argv, pipe = [sys.executable, "-m", "tests.support.stopped_sender"], subprocess.PIPE
    with subprocess.Popen(
        argv, cwd=PROJECT, env=environment, stdin=pipe, stdout=pipe, text=True, start_new_session=True
    ) as senders:

        def go(point: str, webhook: str) -> None:
            assert senders.stdin
            assert senders.stdout
            print(point, webhook, file=senders.stdin, flush=True)
            sender = int(senders.stdout.readline())
            os.kill(sender, signal.SIGKILL)
            wait_until(lambda: not alive(sender), 10, "the sender is gone")

        yield go
        os.killpg(senders.pid, signal.SIGKILL)


@pytest.mark.parametrize(
    ("point", "arrived_before", "state", "arrived_in_all"),
    [("claimed", 0, "sent", 1), ("handed", 0, "uncertain", 1), ("sent", 1, "uncertain", 2)],
)
def test_the_next_sender_takes_over_after_the_lease(slack, killed_when, point, arrived_before, state, arrived_in_all):
    alerting.slack_channel()
    outbox.tell("service.down", name="a4f", error="refused")
    outbox.read()
    killed_when(point, slack.url)
    delivery = Delivery.objects.get()
    assert (delivery.state, slack.seen) == ("sending", arrived_before)
    alerting.let_pass(2)
    assert sending.send_due(5) == 0, "the lease is not over"
    alerting.let_pass(claims.LEASE_SECONDS)
    assert sending.send_due(5) == 1
    delivery.refresh_from_db()
    assert (delivery.state, slack.seen) == (state, arrived_in_all)
    alerting.let_pass(10_000)
    assert sending.send_due(5) == 0
