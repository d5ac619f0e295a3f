from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from renderhub import sentry
from renderhub.lib.logs import about


class Kept(Transport):
    def __init__(self) -> None:
        super().__init__({"dsn": None})
        self.events: list[Any] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        event = envelope.get_event()
        if event is not None:
            self.events.append(event)


@pytest.fixture
def kept() -> Iterator[Kept]:
    transport = Kept()
    sentry.start("http://public@127.0.0.1:9/1", transport=transport, auto_session_tracking=False)
    yield transport
    sentry_sdk.get_client().close()
    sentry_sdk.init()


def test_an_error_carries_what_it_is_about(kept):
    with about(render="r-1", run=2, stage="tts", provider="espeak"):
        logging.getLogger("renders.test").error("it broke")
    tags = kept.events[0]["tags"]
    assert (tags["render"], tags["run"], tags["stage"], tags["provider"]) == ("r-1", "2", "tts", "espeak")


def test_secrets_do_not_leave(kept):
    logging.getLogger("renders.test").error("refused: api_key=sk-12345 at https://me:hunter2@example.org/x")
    told = str(kept.events[0])
    assert "sk-12345" not in told
    assert "hunter2" not in told
    assert "[removed]" in told


@pytest.mark.parametrize(
    "text",
    ["Authorization: Bearer abc123", '{"password": "abc123"}', "token=abc123&x=1", "postgresql://u:abc123@db/x"],
)
def test_it_scrubs_what_looks_like_a_secret(text):
    assert "abc123" not in sentry.scrubbed({"a": [text]})["a"][0]
