"""The HTTP seam against a server that misbehaves: every call ends in time, in a value, and in bounded memory."""

from __future__ import annotations

import threading
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from renders.domain.errors import ErrorCode
from renders.providers.http import Client, NoReply, Reply
from tests.support import misbehaving as acts
from tests.support.misbehaving import MisbehavingServer, answer

KEY = "sk-very-secret/0123456789"
LIMIT = 1_000_000
SECONDS = 0.5
"""Time limit of calls that are to run out of it."""
ENOUGH = 10.0
"""Of all others: the machine that tests run on is busy."""
SLACK = 1.5


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as running:
        yield running


def call(server: MisbehavingServer, seconds: float = ENOUGH, **more: object) -> Reply | NoReply:
    client = Client("service", f"{server.url}/v1/", key=KEY)
    return client.call("POST", "/work", seconds=seconds, limit=LIMIT, json={"a": 1}, **more)  # type: ignore[arg-type]


def no_reply(server: MisbehavingServer, act: acts.Act, seconds: float = ENOUGH, **more: object) -> NoReply:
    server.does(act)
    began = time.monotonic()
    answered = call(server, seconds, **more)
    assert time.monotonic() - began < seconds + SLACK
    assert isinstance(answered, NoReply), answered
    assert KEY not in str(answered.error.to_json())
    return answered


def test_it_asks_with_the_key_and_answers_with_the_whole_answer(server: MisbehavingServer) -> None:
    server.does(answer(201, {"fine": True}, {"X-Own": "Yes"}))

    reply = call(server, headers={"Prefer": "wait"})

    assert isinstance(reply, Reply)
    assert (reply.status, reply.json(), reply.headers["x-own"]) == (201, {"fine": True}, "Yes")
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.json()) == ("POST", "/v1/work", {"a": 1})
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.headers["prefer"] == "wait"


@pytest.mark.parametrize(
    ("act", "code", "sent"),
    [
        pytest.param(acts.silent(), ErrorCode.TIMEOUT, True, id="silent"),
        pytest.param(acts.slow_headers(), ErrorCode.TIMEOUT, True, id="slow headers"),
        pytest.param(acts.slow_body(), ErrorCode.TIMEOUT, True, id="slow body"),
        pytest.param(acts.slow_body(told=False), ErrorCode.TIMEOUT, True, id="slow body, untold"),
        pytest.param(acts.silent_body(), ErrorCode.TIMEOUT, True, id="silent body"),
        pytest.param(acts.cut_headers(), ErrorCode.PROVIDER_FAILURE, True, id="cut off in the headers"),
        pytest.param(acts.reset_before(), ErrorCode.TIMEOUT, True, id="reset"),
        pytest.param(acts.reset_after(), ErrorCode.TIMEOUT, True, id="reset in the body"),
        pytest.param(acts.closed_before(), ErrorCode.TIMEOUT, True, id="closed"),
        pytest.param(acts.truncated(), ErrorCode.PROVIDER_FAILURE, True, id="truncated"),
        pytest.param(acts.truncated_chunks(), ErrorCode.PROVIDER_FAILURE, True, id="truncated chunks"),
        pytest.param(acts.no_http(), ErrorCode.PROVIDER_FAILURE, True, id="another protocol"),
        pytest.param(acts.zeros(), ErrorCode.PROVIDER_FAILURE, True, id="a gigabyte, told"),
        pytest.param(acts.zeros(told=False), ErrorCode.PROVIDER_FAILURE, True, id="a gigabyte, untold"),
        pytest.param(acts.zeros(told=False, status=302), ErrorCode.PROVIDER_FAILURE, True, id="a gigabyte, moved"),
        pytest.param(acts.bomb(), ErrorCode.PROVIDER_FAILURE, True, id="a gigabyte, packed"),
    ],
)
def test_it_ends_every_call_with_a_typed_error_in_time(
    server: MisbehavingServer, act: acts.Act, code: ErrorCode, sent: bool
) -> None:
    answered = no_reply(server, act, SECONDS if code is ErrorCode.TIMEOUT else ENOUGH)

    assert (answered.error.code, answered.sent) == (code, sent)
    assert answered.error.context["cause"]
    assert answered.error.context["address"] == f"{server.url}/v1/work"


def test_it_does_not_read_on_once_an_answer_is_too_large(server: MisbehavingServer) -> None:
    tracemalloc.start()
    try:
        for act in (acts.zeros(), acts.zeros(told=False), acts.bomb()):
            no_reply(server, act)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # The server of the test lives in this process, too.
    assert peak < 20 * LIMIT


def test_it_does_not_read_a_redirect_that_never_ends(server: MisbehavingServer) -> None:
    answered = no_reply(server, acts.endless_redirect())

    assert answered.error.code is ErrorCode.PROVIDER_FAILURE
    assert len(server.asked) == 1


def test_it_never_takes_the_key_along_a_redirect(server: MisbehavingServer) -> None:
    with MisbehavingServer() as other:
        other.does(answer(200, b"thank you for the key"))
        server.does(acts.redirect(f"{other.url}/"))

        reply = call(server)

    assert isinstance(reply, Reply)
    assert reply.status == 302
    assert other.asked == []


def test_it_tells_when_nothing_was_sent() -> None:
    with MisbehavingServer() as server:
        gone = server.url
    refused = Client("service", gone).call("GET", "/", seconds=ENOUGH, limit=LIMIT)
    nameless = Client("service", "http://no-such-name.invalid").call("GET", "/", seconds=ENOUGH, limit=LIMIT)

    for answered in (refused, nameless):
        assert isinstance(answered, NoReply)
        assert (answered.error.code, answered.sent) == (ErrorCode.TIMEOUT, False)


def test_it_says_that_a_connection_is_not_secure(server: MisbehavingServer) -> None:
    server.does(acts.no_http())

    answered = Client("service", server.url.replace("http:", "https:"), key=KEY).call(
        "GET", "/", seconds=ENOUGH, limit=LIMIT
    )

    assert isinstance(answered, NoReply)
    assert (answered.error.code, answered.sent) == (ErrorCode.TIMEOUT, False)
    assert "certificate" in answered.error.what_to_do


def test_a_handshake_that_never_comes_ends_in_time() -> None:
    with MisbehavingServer() as server:
        server.does(acts.silent())
        client = Client("service", server.url.replace("http:", "https:"), read_seconds=60)
        began = time.monotonic()
        answered = client.call("GET", "/", seconds=SECONDS, limit=LIMIT)

    assert time.monotonic() - began < SECONDS + SLACK
    assert isinstance(answered, NoReply)
    assert (answered.error.code, answered.sent) == (ErrorCode.TIMEOUT, False)


@pytest.mark.parametrize(
    "url", ["", "service", "ftp://service/", "http://", "http://[::1", "http://a b/", "http://x:y/"]
)
def test_an_address_that_is_none_is_said_to_be_so(url: str) -> None:
    answered = Client("service", url).call("GET", "/", seconds=ENOUGH, limit=LIMIT)

    assert isinstance(answered, NoReply)
    assert answered.error.code in (ErrorCode.NOT_FOUND, ErrorCode.TIMEOUT)
    assert not answered.sent


@pytest.mark.parametrize("key", ["sk-1234\r\nX-Evil: 1", "sk-ключ-1234"])
def test_a_key_that_is_none_is_refused_and_not_told(server: MisbehavingServer, key: str) -> None:
    answered = Client("service", server.url, key=key).call("GET", "/", seconds=ENOUGH, limit=LIMIT)

    assert isinstance(answered, NoReply)
    assert answered.error.code is ErrorCode.UNAUTHORIZED
    assert key not in str(answered.error.to_json())
    assert "1234" not in answered.error.message
    assert server.asked == []


def test_it_stops_when_the_call_is_cancelled(server: MisbehavingServer) -> None:
    cancelled = threading.Event()

    def cancel(talk: acts.Talk) -> None:
        cancelled.set()
        talk.wait_for_the_end()

    server.does(cancel)
    began = time.monotonic()
    answered = call(server, seconds=30, cancelled=cancelled)

    assert time.monotonic() - began < ENOUGH, "and not 30 s"
    assert isinstance(answered, NoReply)
    assert "cancelled" in answered.error.message


def test_it_asks_nobody_for_a_call_that_was_cancelled_before(server: MisbehavingServer) -> None:
    cancelled = threading.Event()
    cancelled.set()

    answered = call(server, cancelled=cancelled)

    assert isinstance(answered, NoReply)
    assert (answered.sent, server.asked) == (False, [])


def test_it_uses_no_proxy_of_the_environment(server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    server.does(answer(200, {}))

    assert isinstance(call(server), Reply)


def test_media_goes_to_a_file_and_what_is_said_stays_in_memory(server: MisbehavingServer, tmp_path: Path) -> None:
    video = tmp_path / "video.mp4"
    server.does(
        answer(200, b"frames", {"Content-Type": "video/mp4"}),
        answer(200, {"video_url": "..."}),
        answer(500, b"frames", {"Content-Type": "video/mp4"}),
    )

    first, second, third = (call(server, save_to=video) for _ in range(3))

    assert isinstance(first, Reply)
    assert isinstance(second, Reply)
    assert isinstance(third, Reply)
    assert (first.saved, first.body, video.read_bytes()) == (video, b"", b"frames")
    assert (second.saved, second.json()) == (None, {"video_url": "..."})
    assert (third.saved, third.body) == (None, b"frames")


@pytest.mark.parametrize(
    "act",
    [
        acts.truncated(b"frames", "video/mp4"),
        acts.reset_after(b"frames", "video/mp4"),
        acts.slow_body(200, "video/mp4"),
        acts.slow_body(200, "video/mp4", told=False),
        acts.silent_body("video/mp4"),
        acts.zeros("video/mp4", told=False),
    ],
)
def test_nothing_is_left_of_media_that_did_not_come_whole(
    server: MisbehavingServer, act: acts.Act, tmp_path: Path
) -> None:
    no_reply(server, act, SECONDS, save_to=tmp_path / "video.mp4")

    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_as_one(server: MisbehavingServer, tmp_path: Path) -> None:
    server.does(answer(200, b"frames", {"Content-Type": "video/mp4"}))

    answered = call(server, save_to=tmp_path / "no" / "such" / "folder" / "video.mp4")

    assert isinstance(answered, NoReply)
    assert answered.error.code is ErrorCode.PROVIDER_FAILURE
    assert "MEDIA_ROOT" in answered.error.what_to_do


def test_a_packed_answer_is_unpacked(server: MisbehavingServer) -> None:
    server.does(acts.bomb(size=500_000))

    reply = call(server)

    assert isinstance(reply, Reply)
    assert len(reply.body) >= 500_000


@pytest.mark.parametrize(
    ("act", "well"),
    [
        (answer(200, {"status": "ok"}), True),
        (answer(200, {"status": "starting"}), False),
        (answer(200, [1]), False),
        (acts.html(), False),
        (acts.empty(), False),
        (answer(503, {"status": "ok"}), False),
        (acts.reset_before(), False),
    ],
)
def test_a_ping_is_answered_by_the_service_s_own_word(server: MisbehavingServer, act: acts.Act, well: bool) -> None:
    server.does(act)

    error = Client("service", server.url).ping(
        "/health", ENOUGH, lambda reply: reply.status == 200 and reply.json()["status"] == "ok"
    )

    assert (error is None) == well
    assert server.asked[0].path == "/health"
