"""Whatever a service answers, at whichever door, comes to a typed error or a good asset (R32).

`test_http_providers.py` makes answers up; here good ones are spoilt, and the doors beside `submit` are asked as well.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok, Outcome, Pending
from renders.providers.base import Pingable, Request
from renders.providers.edge_speech.errors import describe
from renders.providers.s3 import S3
from tests.conformance.http_providers import KEY, Entry, all_entries
from tests.conformance.test_http_providers import error_of, made_up, outcome_of, request_of
from tests.support.misbehaving import Act, MisbehavingServer, Talk, head
from tests.support.misbehaving import answer as answering

entries = pytest.mark.parametrize("entry", all_entries(), ids=lambda entry: entry.name)
_ONE_SERVER = [HealthCheck.function_scoped_fixture]
quick = settings(max_examples=settings.default.max_examples // 5, deadline=None, suppress_health_check=_ONE_SERVER)
_PARTS: tuple[Any, ...] = (None, True, -1, 0, 10**30, 1e308, "", "x" * 5000, "\x00\ud7ff", [], [[]], {}, {"a": {}})
"""What stands where something else should."""


def spoilt(good: Act, chance: Random) -> Act:
    """The good answer, with one part of it replaced or gone; media lose their end."""

    def act(talk: Talk) -> None:
        heard = _Heard()
        good(Talk(talk.asked, heard, talk.stopped))  # type: ignore[arg-type]
        told, _, body = bytes(heard.data).partition(b"\r\n\r\n")
        status = int(told.split(b" ", 2)[1])
        lines = [line.partition(": ") for line in told.decode("latin-1").split("\r\n")[1:]]
        headers = {name: value for name, _, value in lines if name not in ("Connection", "Content-Length")}
        body = _spoil(body, chance)
        talk.send(head(status, {**headers, "Content-Length": str(len(body))}) + body)

    return act


class _Heard:
    def __init__(self) -> None:
        self.data = bytearray()

    def sendall(self, data: bytes) -> None:
        self.data += data


def _spoil(body: bytes, chance: Random) -> bytes:
    try:
        told = json.loads(body)
    except ValueError:
        return body[: chance.randrange(len(body))] if body else b"?"
    return json.dumps(_spoilt_part(told, chance)).encode()


def _spoilt_part(value: Any, chance: Random) -> Any:
    if isinstance(value, str) and value[:1] == "{":  # an answer within the answer: what a model wrote
        return json.dumps(_spoilt_part(json.loads(value), chance))
    if not isinstance(value, dict | list) or not value or chance.random() < 0.1:
        return chance.choice(_PARTS)
    spoilt_one = value.copy()
    key = chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
    if chance.random() < 0.2:
        del spoilt_one[key]
    else:
        spoilt_one[key] = _spoilt_part(value[key], chance)
    return spoilt_one


def typed(entry: Entry, outcome: object) -> None:
    if isinstance(outcome, Ok):
        assert entry.judge(outcome), outcome
        json.dumps(outcome.result, allow_nan=False)
    elif isinstance(outcome, Err):
        error_of(entry, outcome)
    else:
        assert isinstance(outcome, Pending), outcome


@entries
def test_a_good_answer_that_was_spoilt(
    entry: Entry, server: MisbehavingServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    share = 25 if entry.media else 50 // entry.spoilt
    few = settings(quick, max_examples=max(1, settings.default.max_examples // share))

    @few
    @given(seed=st.integers(0, 2**32))
    def holds(seed: int) -> None:
        server.does(spoilt(entry.good, Random(seed)))
        typed(entry, outcome_of(entry, server.url, tmp_path_factory.mktemp("spoilt"), seconds=20))

    holds()


@entries
def test_the_doors_beside_it_answer_as_they_should(entry: Entry, server: MisbehavingServer, tmp_path: Path) -> None:
    provider, request = entry.make(server.url, tmp_path), request_of(entry, tmp_path, seconds=5)
    assert isinstance(provider, Pingable)

    @quick
    @given(act=made_up())
    def holds(act: Act) -> None:
        server.does(act)
        found: Outcome | None = provider.find(request, "key")
        assert found is None or typed(entry, found) is None
        for error in (provider.ping(2.0), provider.cancel("p0123456789")):
            assert error is None or (isinstance(error, GenerationError) and KEY not in json.dumps(error.to_json()))

    holds()


def test_a_job_that_is_looked_at(server: MisbehavingServer, tmp_path: Path) -> None:
    """Only predictions are looked at later."""
    for entry in (one for one in all_entries() if one.name == "prediction_image"):
        provider, request = entry.make(server.url, tmp_path), request_of(entry, tmp_path, seconds=5)

        @quick
        @given(act=made_up(), misses=st.sampled_from(["", "~1", "~2"]))
        def holds(act: Act, misses: str) -> None:
            server.does(act)
            typed(entry, provider.check(request, f"p0123456789{misses}"))  # noqa: B023

        holds()


@settings(quick, max_examples=12)
@given(act=made_up(), xml=st.booleans(), code=st.sampled_from(["SlowDown", "AccessDenied", "", "\x00", "A" * 3000]))
def test_a_bucket(act: Act, xml: bool, code: str, server: MisbehavingServer, tmp_path: Path) -> None:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{KEY}</Message></Error>"
    server.does(answering(500, body, {"Content-Type": "application/xml"}) if xml else act)
    video = tmp_path / "0" / "video.mp4"
    video.parent.mkdir(exist_ok=True)
    video.write_bytes(b"frames")
    name = "594cfd2607d4f09e1ce6241203e418cacfed545063792bc5eab7afaadbf0c4e0.mp4"
    asked = {"render_id": "0192f0c8-7b1e-7c44-9d3a-52f1f9a1b0aa", "keys": {"video": name}}
    s3 = S3(bucket="videos", access_key_id="id", secret_access_key=KEY, endpoint=server.url)
    began = time.monotonic()
    outcome = s3.submit(Request("upload", asked, tmp_path / "work", 1.0, {"video": video}), "key")
    assert time.monotonic() - began < 4
    assert isinstance(outcome, Err)
    assert KEY not in json.dumps(outcome.error.to_json(), allow_nan=False)
    error = s3.ping(1.0)
    assert error is None or KEY not in json.dumps(error.to_json(), allow_nan=False)


_WORDS = st.text(max_size=80)


@given(
    fault=st.fixed_dictionaries(
        {"kind": st.sampled_from(["missing", "connection", "voice", "answer", "large", "status", "", "new"])},
        optional={"message": _WORDS},
    ),
    status=st.sampled_from([200, 302, 401, 403, 418, 429, 500, 529, 0, -1]),
    headers=st.dictionaries(st.sampled_from(["retry-after", "date"]), _WORDS),
)
@settings(max_examples=60, deadline=None)
def test_the_faults_of_edge(fault: dict[str, Any], status: int, headers: dict[str, str]) -> None:
    """Its program tells faults, not answers; what the service sends is tried in `test_edge_speech.py`."""
    error = describe({**fault, "status": status, "headers": headers})
    assert error.code in set(ErrorCode)
    json.dumps(error.to_json(), allow_nan=False)
