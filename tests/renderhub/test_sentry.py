"""What leaves for Sentry, taken by a server on loopback. It is sent by a process of its own: where Sentry was started
once, it listens to every query and every page of that process from then on."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from sentry_sdk.envelope import Envelope

from renderhub import sentry
from renderhub.embedded.home import PROJECT
from tests.support.http_server import serving

BREAKS = """
import logging
import django
django.setup()
from renderhub.lib.logs import about
with about(render="r-1", run=2, stage="tts", provider="espeak"):
    logging.getLogger("renders.test").error("it broke")
logging.getLogger("renders.test").error("refused: api_key=sk-12345 at https://me:hunter2@example.org/x")
"""


@pytest.fixture(scope="module")
def told() -> list[Any]:
    """The events of a process that is told by SENTRY_DSN where to."""
    events: list[Any] = []

    def take(request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        events.append(Envelope.deserialize(gzip.decompress(body)).get_event())
        request.send_response(200)
        request.send_header("Content-Length", "0")
        request.end_headers()

    with serving(take) as server:
        dsn = server.address.replace("http://", "http://public@") + "/1"
        environment = {**os.environ, "SENTRY_DSN": dsn, "DJANGO_SETTINGS_MODULE": "renderhub.settings"}
        subprocess.run((sys.executable, "-c", BREAKS), cwd=PROJECT, env=environment, check=True, capture_output=True)
    return [event for event in events if event is not None]


def test_an_error_carries_what_it_is_about(told):
    tags = told[0]["tags"]
    assert (tags["render"], tags["run"], tags["stage"], tags["provider"]) == ("r-1", "2", "tts", "espeak")


def test_secrets_do_not_leave(told):
    event = str(told[1])
    assert "refused" in event
    assert "sk-12345" not in event
    assert "hunter2" not in event
    assert "[removed]" in event


@pytest.mark.parametrize(
    "text",
    ["Authorization: Bearer abc123", '{"password": "abc123"}', "token=abc123&x=1", "postgresql://u:abc123@db/x"],
)
def test_it_scrubs_what_looks_like_a_secret(text):
    assert "abc123" not in sentry.scrubbed({"a": [text]})["a"][0]
