"""The Edge voice over its own protocol: words with their times, and every way in which it does not answer."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok, Outcome
from renders.providers.base import Request
from renders.providers.edge_speech import EdgeSpeech
from renders.providers.edge_speech import provider as edge_provider
from renders.providers.edge_speech.errors import describe
from tests.support import edge_server as edge
from tests.support import misbehaving as acts
from tests.support.gateway import mp3, speech
from tests.support.misbehaving import MisbehavingServer, Talk, answer
from tests.support.waiting import wait_until

TEXT = "The river is 2,525 km long & wide. Is it deep?"


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as running:
        yield running


def speak(server: MisbehavingServer, folder: Path, **payload: Any) -> Outcome:
    provider = EdgeSpeech(address=server.url.replace("http", "ws"))
    seconds = payload.pop("seconds", 40)
    asked = {"text": TEXT, "language": "en", "voice": "default", "segment_id": "s1"}
    return provider.submit(Request("tts", asked | payload, folder / "work", seconds), "key")


def error_of(outcome: Outcome) -> GenerationError:
    assert isinstance(outcome, Err), outcome
    return outcome.error


_IN_TURN = """
import json, sys
sys.path.insert(0, sys.argv[1])
import edge_tts, speak
told = {}
for name, order in json.load(sys.stdin).items():
    speak.direct(order.pop("address"))
    told[name] = speak.work(order, edge_tts)
print(json.dumps(told))
"""


def told_of(behaviours: dict[str, Any], folder: Path, **order: Any) -> dict[str, GenerationError | None]:
    """What comes of each behaviour of the service, all asked by one process: loading the package takes the longest."""
    with ExitStack() as stack:
        orders = {}
        for name, act in behaviours.items():
            server = stack.enter_context(MisbehavingServer())
            server.does(act)
            orders[name] = {**order, "address": server.url.replace("http", "ws")}
        argv = [sys.executable, "-I", "-c", _IN_TURN, str(edge_provider._PROGRAM.parent)]
        asked = json.dumps(orders).encode()
        answered = subprocess.run(argv, input=asked, stdout=subprocess.PIPE, check=True, cwd=folder, timeout=60).stdout
    return {name: describe(one["fault"]) if "fault" in one else None for name, one in json.loads(answered).items()}


ORDER = {"text": TEXT, "voice": "en-US-AndrewNeural", "output": "edge.mp3", "most": 50 * 1024 * 1024}


def test_it_speaks_and_tells_when_each_word_is_heard(server: MisbehavingServer, tmp_path: Path) -> None:
    heard: list[str] = []
    server.does(edge.speaks(mp3(3.0), lambda text: edge.even_words(text, 2.9, 0.3), heard))

    outcome = speak(server, tmp_path)

    assert isinstance(outcome, Ok), outcome
    assert "2,525 km long &amp; wide." in heard[0]
    result = outcome.result
    assert result["duration"] == pytest.approx(3.1, abs=0.1)
    assert [one["text"] for one in result["words"]] == [
        "The",
        "river",
        "is",
        "2,525",
        "km",
        "long &",
        "wide.",
        "Is",
        "it",
        "deep?",
    ]
    assert [one["text"] for one in result["timings"]] == ["The river is 2,525 km long & wide.", "Is it deep?"]
    assert result["timings"][1]["start"] == result["words"][7]["start"]
    assert result["timings"][0]["end"] <= result["timings"][1]["start"]
    assert (result["speaker"], result["voice"]) == ("en-US-AndrewNeural", "default")
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["narration.wav"]


@pytest.mark.parametrize(
    ("language", "voice", "speaker"),
    [
        ("ru", "female", "ru-RU, SvetlanaNeural"),
        ("hi", "male", "hi-IN, MadhurNeural"),
        ("en", "x", "en-US, AndrewNeural"),
    ],
)
def test_each_language_has_its_voices(
    server: MisbehavingServer, tmp_path: Path, language: str, voice: str, speaker: str
) -> None:
    heard: list[str] = []
    server.does(edge.speaks(mp3(3.0), lambda text: [], heard))

    assert isinstance(speak(server, tmp_path, language=language, voice=voice), Ok)
    assert speaker in heard[0]


def test_a_burst_of_refusals_is_the_service_s_fault(server: MisbehavingServer, tmp_path: Path) -> None:
    server.does(answer(403, b"", {"Date": "Mon, 23 Nov 2026 06:00:00 GMT"}))

    error = error_of(speak(server, tmp_path))

    assert (error.code, error.is_retryable) == (ErrorCode.API_ERROR, True)
    assert error.context["http_status"] == 403
    assert error.context["speaker"] == "en-US-AndrewNeural"


@pytest.mark.parametrize(
    ("act", "code"),
    [
        pytest.param(edge.speaks(b"", lambda text: []), ErrorCode.PROVIDER_FAILURE, id="no sound"),
        pytest.param(
            edge.speaks(bytes(9_000), lambda text: []), ErrorCode.PROVIDER_FAILURE, id="no sound that decodes"
        ),
        pytest.param(edge.speaks(speech(0.0), lambda text: []), ErrorCode.PROVIDER_FAILURE, id="silence"),
        pytest.param(
            edge.speaks(mp3(3.0), lambda text: edge.even_words(text, 2.9)[:4]),
            ErrorCode.PROVIDER_FAILURE,
            id="words of half the text",
        ),
        pytest.param(
            edge.speaks(mp3(1.2), lambda text: edge.even_words(text, 4.0)),
            ErrorCode.PROVIDER_FAILURE,
            id="words after the end",
        ),
        pytest.param(edge.connected(b"\xff\xff\xff\xff"), ErrorCode.PROVIDER_FAILURE, id="no frame"),
    ],
)
def test_whatever_it_sends_is_a_typed_error(
    server: MisbehavingServer, tmp_path: Path, act: Any, code: ErrorCode
) -> None:
    server.does(act)

    assert error_of(speak(server, tmp_path)).code in (code, ErrorCode.PROVIDER_FAILURE)
    assert list((tmp_path / "work").iterdir()) == []


NO_WORDS = {
    "closed": edge.connected(),
    "reset": edge.connected(then=Talk.reset),
    "no headers": edge.connected(edge.text_frame("no headers")),
    "no JSON": edge.connected(edge.text_frame("Path:audio.metadata\r\n\r\nno JSON")),
    "an empty frame": edge.connected(edge.sound_frame(b"")),
}
NO_CONNECTION = {
    "reset before": (acts.reset_before(), ErrorCode.TIMEOUT),
    "another protocol": (acts.no_http(), ErrorCode.PROVIDER_FAILURE),
    "a page": (acts.html(), ErrorCode.PROVIDER_FAILURE),
    "a gigabyte": (acts.zeros(told=False), ErrorCode.PROVIDER_FAILURE),
    "401": (answer(401), ErrorCode.API_ERROR),
    "403 without a date": (answer(403), ErrorCode.API_ERROR),
    "404": (answer(404), ErrorCode.NOT_FOUND),
    "418": (answer(418), ErrorCode.UNKNOWN),
    "429": (answer(429, b"", {"Retry-After": "17"}), ErrorCode.RATE_LIMITED),
    **{str(status): (answer(status), ErrorCode.API_ERROR) for status in (500, 503, 529)},
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, GenerationError | None]:
    behaviours = NO_WORDS | {name: act for name, (act, _) in NO_CONNECTION.items()}
    return told_of(behaviours, tmp_path_factory.mktemp("told"), **ORDER)


@pytest.mark.parametrize("name", NO_WORDS)
def test_a_conversation_that_is_none_is_a_typed_error(told: dict[str, GenerationError | None], name: str) -> None:
    error = told[name]
    assert error is not None
    # Who resets while we still write may be found out by either.
    allowed = {ErrorCode.PROVIDER_FAILURE} | ({ErrorCode.TIMEOUT} if name == "reset" else set())
    assert error.code in allowed


@pytest.mark.parametrize("name", NO_CONNECTION)
def test_every_way_not_to_connect_has_its_code(told: dict[str, GenerationError | None], name: str) -> None:
    error = told[name]
    assert error is not None
    assert error.code is NO_CONNECTION[name][1]
    if error.code is ErrorCode.RATE_LIMITED:
        assert error.retry_after == 17.0


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(acts.silent(), id="silent"),
        pytest.param(acts.slow_headers(), id="slow headers"),
        pytest.param(edge.connected(then=Talk.wait_for_the_end), id="silent later"),
    ],
)
def test_a_service_that_does_not_go_on_is_a_timeout(server: MisbehavingServer, tmp_path: Path, act: Any) -> None:
    server.does(act)
    began = time.monotonic()

    error = error_of(speak(server, tmp_path, seconds=1.5))

    assert time.monotonic() - began < 6.5
    assert error.code is ErrorCode.TIMEOUT


def test_nobody_there_is_a_timeout(tmp_path: Path) -> None:
    with MisbehavingServer() as server:
        pass

    assert error_of(speak(server, tmp_path)).code is ErrorCode.TIMEOUT


def test_it_stops_when_nobody_wants_it_any_more(server: MisbehavingServer, tmp_path: Path) -> None:
    asked = Request("tts", {"text": TEXT, "language": "en"}, tmp_path / "work", 60)

    def cancel(talk: Talk) -> None:
        asked.cancelled.set()
        talk.wait_for_the_end()

    server.does(cancel)
    error = error_of(EdgeSpeech(address=server.url.replace("http", "ws")).submit(asked, "key"))

    assert "cancelled" in error.message


def test_more_sound_than_is_taken_ends_the_call(server: MisbehavingServer, tmp_path: Path) -> None:
    def endless(talk: Talk) -> None:
        while not talk.stopped.is_set():
            talk.send(edge.sound_frame(bytes(1_000_000)))

    server.does(edge.connected(then=endless))

    error = error_of(speak(server, tmp_path))

    assert error.code is ErrorCode.PROVIDER_FAILURE
    (sent,) = wait_until(lambda: server.sent, 10, "the service notices that nobody listens")
    assert sent < 100_000_000


def test_a_ping_asks_for_the_voices(server: MisbehavingServer) -> None:
    provider = EdgeSpeech(address=server.url.replace("http", "ws"))
    server.does(answer(200, [{"ShortName": "en-US-AndrewNeural"}]))
    assert provider.ping(30) is None
    assert server.asked[0].path.startswith("/voices/list")
    server.does(answer(403))
    assert provider.ping(30) is not None


def test_voices_that_are_none_are_no_voices(tmp_path: Path) -> None:
    lists = {"none": answer(200, []), "a page": answer(200, b"<html>"), "well": answer(200, [{"ShortName": "x"}])}
    told = told_of(lists, tmp_path)
    assert told["none"] is not None
    assert told["a page"] is not None
    assert told["well"] is None


@pytest.mark.parametrize(
    "payload", [{"text": ""}, {"text": "…"}, {"text": "x" * 20_001}, {"language": "xx"}, {"text": 7}]
)
def test_what_cannot_be_said_is_not_sent(server: MisbehavingServer, tmp_path: Path, payload: dict[str, Any]) -> None:
    assert error_of(speak(server, tmp_path, **payload)).code is ErrorCode.INVALID_INPUT
    assert server.asked == []


def test_a_voice_that_is_none_is_told_by_its_setting(tmp_path: Path) -> None:
    provider = EdgeSpeech({"en:default": "../../etc/passwd'/>"}, address="ws://127.0.0.1:1")
    asked = {"text": TEXT, "language": "en"}
    error = error_of(provider.submit(Request("tts", asked, tmp_path / "work", 20), "key"))

    assert error.code is ErrorCode.NOT_FOUND
    assert "EDGE_VOICES" in error.what_to_do


def test_without_the_package_it_says_what_to_install(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho \'{"fault": {"kind": "missing", "message": "No module named edge_tts"}}\'\n')
    python.chmod(0o755)
    provider = EdgeSpeech(python=str(python))
    error = error_of(provider.submit(Request("tts", {"text": TEXT, "language": "en"}, tmp_path / "w", 20), "key"))

    assert error.code is ErrorCode.PROVIDER_FAILURE
    assert "Install the Python package edge-tts" in error.what_to_do
    assert provider.ping(30) is not None


def test_a_fault_that_is_not_known_is_the_provider_s() -> None:
    assert describe({}).code is ErrorCode.PROVIDER_FAILURE
    assert describe({"kind": "status", "status": 503, "headers": {}, "message": "x"}).code is ErrorCode.API_ERROR
