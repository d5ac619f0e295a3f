"""A sender in a process of its own is ended by SIGKILL: nothing is lost, and at most one duplicate (I4)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.db import connection

from alerts import claims, sending
from alerts.models import Delivery
from renderhub.embedded.home import PROJECT
from renders.pipeline import outbox
from tests.support import alerting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


def killed_when(point: str, slack) -> None:
    """A sender starts, comes to `point`, and is gone."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "SLACK_WEBHOOKS": f"ops={slack.url}",
        "FETCH_PRIVATE_HOSTS": "127.0.0.1",
    }
    argv = [sys.executable, "-m", "tests.support.stopped_sender", point]
    with subprocess.Popen(argv, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True) as sender:
        assert sender.stdout is not None
        assert sender.stdout.readline() == "there\n"
        sender.send_signal(signal.SIGKILL)


@pytest.mark.parametrize(
    ("point", "arrived_before", "state", "arrived_in_all"),
    [("claimed", 0, "sent", 1), ("handed", 0, "uncertain", 1), ("sent", 1, "uncertain", 2)],
)
def test_the_next_sender_takes_over_after_the_lease(slack, point, arrived_before, state, arrived_in_all):
    alerting.slack_channel()
    outbox.tell("service.down", name="a4f", error="refused")
    outbox.read()
    killed_when(point, slack)
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
