"""Whatever the other side does, a session ends in its time and reads no redirect, at each of its doors (R19, R111)."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from alerts.channels.base import Outgoing
from alerts.channels.slack.channel import Slack
from alerts.notice import Report
from renderhub.lib.bounded_session import bounded_session
from renders.feeds import FeedError, read_source, source
from renders.providers.http import download
from renders.providers.http.trouble import OutOfTime
from renders.providers.s3.bucket import Patience, check_fetchable
from renders.providers.s3.errors import NotFetchable
from tests.support import misbehaving as acts
from tests.support.misbehaving import Act, MisbehavingServer, answer

SECONDS = 0.5
MUCH = 12_000_000
"""Bytes: what is on its way in the buffers of both sides when a caller hangs up is less."""
THERE = answer(200, b"<rss/>")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[MisbehavingServer]:
    monkeypatch.setattr(source, "TOTAL_SECONDS", SECONDS)
    monkeypatch.setattr("alerts.channels.slack.channel.TOTAL_SECONDS", SECONDS)
    with MisbehavingServer() as running:
        settings.RENDERHUB_SLACK_WEBHOOKS = {"ops": running.url}
        settings.RENDERHUB_FETCH_PRIVATE_HOSTS = ["127.0.0.1"]
        yield running


def session(server: MisbehavingServer, folder: Path) -> object:
    with bounded_session(SECONDS, SECONDS, ["127.0.0.1"]) as asking, asking.get(server.url, stream=True) as got:
        return got.status_code


def feed(server: MisbehavingServer, folder: Path) -> object:
    return read_source(server.url, allowed_hosts=["127.0.0.1"])


def product(server: MisbehavingServer, folder: Path) -> object:
    return download("service", server.url, folder / "out", seconds=SECONDS, limit=MUCH, allowed_hosts=["127.0.0.1"])


def bucket(server: MisbehavingServer, folder: Path) -> object:
    return check_fetchable(server.url, 6, Patience(time.monotonic() + SECONDS, threading.Event()))


def slack(server: MisbehavingServer, folder: Path) -> object:
    content = Report("A report", "in words", "", [])
    return Slack().send(Outgoing("1", "ops", content), lambda: None)


doors = pytest.mark.parametrize("door", [session, feed, product, bucket, slack], ids=lambda door: door.__name__)
Door = Callable[[MisbehavingServer, Path], object]


def knock(door: Door, server: MisbehavingServer, folder: Path) -> float:
    """Seconds until it is over, however it ends."""
    began = time.monotonic()
    with contextlib.suppress(FeedError, requests.RequestException, NotFetchable, OutOfTime):
        door(server, folder)
    return time.monotonic() - began


@doors
def test_of_a_redirect_that_never_ends_next_to_nothing_is_read(
    door: Door, server: MisbehavingServer, tmp_path: Path
) -> None:
    server.does(acts.endless_redirect(), THERE)
    knock(door, server, tmp_path)
    server.__exit__()
    assert server.sent[0] < MUCH


@doors
@pytest.mark.parametrize(
    "act", [acts.dripping_redirect(), acts.slow_body(302), acts.slow_headers()], ids=["headers", "body", "no redirect"]
)
def test_a_server_that_drips_is_left_in_time(door: Door, act: Act, server: MisbehavingServer, tmp_path: Path) -> None:
    server.does(act)
    assert knock(door, server, tmp_path) < SECONDS + 2.0
