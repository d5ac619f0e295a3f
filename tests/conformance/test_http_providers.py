"""What every provider over HTTP must do, whatever its service does (R19, R31, R32, R40, R111, R112)."""

from __future__ import annotations

import json
import socket
import threading
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok, Outcome
from renders.providers.base import Pingable, Request
from tests.conformance.http_providers import KEY, Entry, Told, all_entries, settle
from tests.support import misbehaving as acts
from tests.support.misbehaving import Act, MisbehavingServer, answer

SLACK = 1.5
"""Seconds after its time limit in which a call has to be over: the machine that tests run on is busy."""
ENOUGH = 10.0
"""Time limit of calls that are not meant to run out of it."""
SHORT = 0.12
"""Time limit of calls that are."""
FEW = 40_000_000
"""Bytes of media that are taken where a gigabyte is sent: many times what may be held in memory."""
GARBAGE = bytes(range(256)) * 40

entries = pytest.mark.parametrize("entry", all_entries(), ids=lambda entry: entry.name)
with_table = pytest.mark.parametrize(
    ("entry", "told"),
    [pytest.param(entry, told, id=f"{entry.name}: {told}") for entry in all_entries() for told in entry.table],
)
with_urls = pytest.mark.parametrize(
    "entry", [entry for entry in all_entries() if entry.with_url], ids=lambda entry: entry.name
)


_NAMES = ["error", "detail", "message", "code", "type", "status", "choices", "content", "finish_reason", "id", "output"]
_NAMES += ["video_url", "thumbnail_url", "duration", "processing_time_ms", "urls", "get", "logs", "refusal"]
_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=6),
    max_leaves=12,
)
_HEADERS = ["", "application/json", "audio/wav", "video/mp4", "text/html", "-1", "1e400", "/", "http://"]


@st.composite
def made_up(draw: st.DrawFn) -> Act:
    """An answer of any form."""
    body = draw(_JSON.map(lambda made: json.dumps(made).encode()) | st.binary(max_size=300))
    status = draw(st.sampled_from([200, 200, 200, 201, 204, 302, 400, 403, 429, 500, 529]))
    names = st.sampled_from(["Content-Type", "Retry-After", "Location"])
    return answer(status, body, draw(st.dictionaries(names, st.sampled_from(_HEADERS))))


def request_of(entry: Entry, folder: Path, seconds: float | None = None) -> Request:
    inputs = folder / "in"
    inputs.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, content in entry.files.items():
        files[name.partition(".")[0]] = inputs / name
        (inputs / name).write_bytes(content)
    return Request(entry.stage, entry.payload, folder / "work", ENOUGH if seconds is None else seconds, files)


def outcome_of(entry: Entry, url: str, folder: Path, seconds: float | None = None) -> Outcome:
    """What comes of the entry's request, within its time limit and without a trace outside its folders."""
    kept = folder / "kept"
    kept.mkdir(parents=True, exist_ok=True)
    provider, request = entry.make(url, kept), request_of(entry, folder, seconds)
    before = _files(folder)
    began = time.monotonic()
    outcome = provider.submit(request, "the key of the work")
    spent = time.monotonic() - began
    outcome = settle(provider, request, outcome)
    assert spent < request.seconds + SLACK, f"{spent:.1f} s"
    made = {path for path in _files(folder) - before if not path.is_relative_to(kept)}
    assert all(path.is_relative_to(request.folder) for path in made), made
    return outcome


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def error_of(entry: Entry, outcome: Outcome) -> GenerationError:
    assert isinstance(outcome, Err), outcome
    told = json.dumps(outcome.error.to_json(), allow_nan=False)
    assert KEY not in told
    assert KEY.partition("/")[2] not in told
    assert outcome.error.provider == entry.name
    assert outcome.error.message
    return outcome.error


@entries
def test_a_good_answer_becomes_what_was_asked_for(entry: Entry, server: MisbehavingServer, tmp_path: Path) -> None:
    server.does(entry.good)

    outcome = outcome_of(entry, server.url, tmp_path, seconds=30)

    assert isinstance(outcome, Ok), outcome
    assert entry.judge(outcome), outcome
    assert all(path.is_relative_to(tmp_path / "work") and path.stat().st_size for path in outcome.files.values())
    json.dumps(outcome.result, allow_nan=False)
    assert KEY not in json.dumps(outcome.result)


NEVER_DONE = {"silent": acts.silent(), "slow headers": acts.slow_headers(), "slow body": acts.slow_body()}
BROKEN = {"reset": acts.reset_before(), "reset in the body": acts.reset_after(), "closed": acts.closed_before()}
TIMEOUTS = [
    *(pytest.param(act, SHORT, id=name) for name, act in NEVER_DONE.items()),
    *(pytest.param(act, ENOUGH, id=name) for name, act in BROKEN.items()),
]


@pytest.mark.parametrize(("act", "seconds"), TIMEOUTS)
@entries
def test_a_connection_that_fails_is_a_timeout(
    entry: Entry, act: Act, seconds: float, server: MisbehavingServer, tmp_path: Path
) -> None:
    server.does(act)

    error = error_of(entry, outcome_of(entry, server.url, tmp_path, seconds))

    assert error.code is ErrorCode.TIMEOUT
    assert error.context


@entries
def test_nobody_there_is_a_timeout(entry: Entry, tmp_path: Path) -> None:
    with MisbehavingServer() as server:
        gone = server.url

    assert error_of(entry, outcome_of(entry, gone, tmp_path)).code is ErrorCode.TIMEOUT


@entries
def test_a_name_that_leads_nowhere_is_a_timeout(entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = error_of(entry, outcome_of(entry, "http://nobody.example", tmp_path))

    assert error.code is ErrorCode.TIMEOUT
    assert "name" in error.what_to_do


@entries
def test_a_connection_that_is_not_secure_is_a_timeout(entry: Entry, server: MisbehavingServer, tmp_path: Path) -> None:
    server.does(acts.no_http())
    error = error_of(entry, outcome_of(entry, server.url.replace("http", "https"), tmp_path))

    assert error.code is ErrorCode.TIMEOUT
    assert "certificate" in error.what_to_do


UNUSABLE = {
    "truncated": acts.truncated(),
    "truncated chunks": acts.truncated_chunks(),
    "cut short": acts.cut_short({"a": ["b", "c"]}),
    "a page": acts.html(),
    "empty": acts.empty(),
    "null": answer(200, b"null", {"Content-Type": "application/json"}),
    "a list": answer(200, [1, 2, 3]),
    "other JSON": answer(200, {"unexpected": True}),
    "garbage as JSON": answer(200, GARBAGE, {"Content-Type": "application/json"}),
    "deep JSON": answer(200, b"[" * 100_000, {"Content-Type": "application/json"}),
    "another protocol": acts.no_http(),
    "a gigabyte, told": acts.zeros(),
    "a gigabyte, untold": acts.zeros(told=False),
    "a gigabyte, packed": acts.bomb(),
}


@pytest.mark.parametrize("act", [pytest.param(act, id=name) for name, act in UNUSABLE.items()])
@entries
def test_an_answer_that_cannot_be_used_is_the_provider_s_failure(
    entry: Entry, act: Act, server: MisbehavingServer, tmp_path: Path
) -> None:
    server.does(act)

    error = error_of(entry, outcome_of(entry, server.url, tmp_path))

    assert error.code in entry.unusable
    assert error.is_retryable
    assert error.context


@pytest.mark.parametrize("data", [GARBAGE, b"", b"#EXTM3U\nhttp://127.0.0.1/x.ts\n"], ids=["garbage", "empty", "list"])
@pytest.mark.parametrize("entry", [entry for entry in all_entries() if entry.media], ids=lambda entry: entry.name)
def test_media_that_does_not_decode_is_the_provider_s_failure(
    entry: Entry, data: bytes, server: MisbehavingServer, tmp_path: Path
) -> None:
    server.does(answer(200, data, {"Content-Type": entry.media}))

    assert error_of(entry, outcome_of(entry, server.url, tmp_path, seconds=30)).code is ErrorCode.PROVIDER_FAILURE


STATUSES = {
    **dict.fromkeys((400, 413, 422), ErrorCode.INVALID_INPUT),
    401: ErrorCode.UNAUTHORIZED,
    403: ErrorCode.UNAUTHORIZED,
    402: ErrorCode.QUOTA_EXCEEDED,
    404: ErrorCode.NOT_FOUND,
    429: ErrorCode.RATE_LIMITED,
    **dict.fromkeys((500, 502, 503, 504), ErrorCode.API_ERROR),
    418: ErrorCode.UNKNOWN,
}
plain = pytest.mark.parametrize(
    "entry", [entry for entry in all_entries() if entry.status_is_enough], ids=lambda entry: entry.name
)


@pytest.mark.parametrize(("status", "code"), STATUSES.items())
@plain
def test_each_status_alone_is_understood(
    entry: Entry, status: int, code: ErrorCode, server: MisbehavingServer, tmp_path: Path
) -> None:
    server.does(acts.html(status))

    error = error_of(entry, outcome_of(entry, server.url, tmp_path))

    assert error.code is code
    assert error.context["http_status"] == status
    assert "Please sign in" in error.context["answer"]


@with_table
def test_each_row_of_its_table_is_understood(
    entry: Entry, told: Told, server: MisbehavingServer, tmp_path: Path
) -> None:
    server.does(told.act)

    error = error_of(entry, outcome_of(entry, server.url, tmp_path))

    assert error.code is told.code
    assert told.provider_code in (None, error.provider_code)
    assert told.retry_after in (None, error.retry_after)
    assert told.max_attempts in (None, error.max_attempts)


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        pytest.param({"Retry-After": "17"}, {}, 17.0, id="seconds"),
        pytest.param(
            {"Retry-After": "Mon, 23 Nov 2026 06:00:17 GMT", "Date": "Mon, 23 Nov 2026 06:00:00 GMT"},
            {},
            17.0,
            id="a date",
        ),
        pytest.param({}, {"detail": "Request was throttled. Your rate limit resets in ~17s."}, 17.0, id="words"),
        pytest.param({}, {}, None, id="nothing"),
    ],
)
@plain
def test_a_wait_is_read_in_each_of_its_forms(
    entry: Entry,
    headers: dict[str, str],
    body: object,
    seconds: float | None,
    server: MisbehavingServer,
    tmp_path: Path,
) -> None:
    server.does(answer(429, body, headers))

    error = error_of(entry, outcome_of(entry, server.url, tmp_path))

    assert (error.code, error.retry_after) == (ErrorCode.RATE_LIMITED, seconds)


@pytest.mark.parametrize("status", [200, 302, 400, 401, 500, 418])
@entries
def test_an_answer_that_repeats_the_key_does_not_carry_it_on(
    entry: Entry, status: int, server: MisbehavingServer, tmp_path: Path
) -> None:
    said = f"Incorrect API key provided: {KEY}"
    body = {"error": {"message": said, "code": KEY, "type": KEY}, "detail": said, "message": said, "status": KEY}
    server.does(answer(status, body, {"X-Request-Id": KEY, "Location": f"/?key={KEY}"}))

    error_of(entry, outcome_of(entry, server.url, tmp_path))


@entries
def test_a_redirect_is_not_followed_with_the_key(entry: Entry, server: MisbehavingServer, tmp_path: Path) -> None:
    with MisbehavingServer() as other:
        other.does(entry.good)
        server.does(acts.redirect(other.url))
        error_of(entry, outcome_of(entry, server.url, tmp_path))

        assert all(KEY not in str(asked) for asked in other.asked)


@with_urls
@pytest.mark.parametrize(
    "where", ["http://169.254.169.254/latest/", "http://localhost:1/v.mp4", "file:///etc/passwd", ""]
)
def test_a_product_is_fetched_from_no_private_address(
    entry: Entry, where: str, server: MisbehavingServer, tmp_path: Path
) -> None:
    assert entry.with_url is not None
    server.does(entry.with_url(where))

    assert error_of(entry, outcome_of(entry, server.url, tmp_path)).code is ErrorCode.PROVIDER_FAILURE


@with_urls
@pytest.mark.parametrize(
    "product",
    [
        pytest.param(acts.redirect("http://169.254.169.254/"), id="moved to a private address"),
        pytest.param(acts.redirect("/product/elsewhere"), id="moved for ever"),
        pytest.param(acts.html(), id="a page"),
        pytest.param(acts.empty(), id="empty"),
        pytest.param(acts.truncated(b"frames"), id="truncated"),
        pytest.param(answer(404), id="expired"),
        pytest.param(answer(200, GARBAGE), id="garbage"),
        pytest.param(acts.zeros(size=600_000_000), id="more than is taken"),
    ],
)
def test_a_product_that_cannot_be_fetched_is_the_provider_s_failure(
    entry: Entry, product: Act, server: MisbehavingServer, tmp_path: Path
) -> None:
    assert entry.with_url is not None
    service = entry.with_url(f"{server.url}/product/of/it")
    server.does(acts.when(lambda asked: product if asked.method == "GET" and "product" in asked.path else service))

    error = error_of(entry, outcome_of(entry, server.url, tmp_path, seconds=30))

    assert error.code is ErrorCode.PROVIDER_FAILURE


@entries
def test_it_stops_when_nobody_wants_it_any_more(entry: Entry, server: MisbehavingServer, tmp_path: Path) -> None:
    request = request_of(entry, tmp_path, seconds=60)

    def cancel(talk: acts.Talk) -> None:
        request.cancelled.set()
        talk.wait_for_the_end()

    server.does(cancel)
    began = time.monotonic()
    outcome = entry.make(server.url, tmp_path).submit(request, "key")

    assert time.monotonic() - began < ENOUGH, "and not 60 s"
    error_of(entry, outcome)


@entries
def test_a_gigabyte_is_not_held_in_memory(
    entry: Entry, server: MisbehavingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_be_held = 3 * entry.limit + 10_000_000
    if entry.largest:
        monkeypatch.setattr(entry.largest, FEW)
        assert may_be_held < FEW / 2
    outcome_of(entry, server.url, tmp_path / "warm")
    server.does(acts.zeros(entry.media or "application/json", told=False))
    tracemalloc.start()
    try:
        error_of(entry, outcome_of(entry, server.url, tmp_path / "measured", seconds=10))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < may_be_held


@entries
def test_a_ping_never_raises_and_ends_in_time(entry: Entry, server: MisbehavingServer, tmp_path: Path) -> None:
    provider = entry.make(server.url, tmp_path)
    assert isinstance(provider, Pingable), "each service has a check (R40)"
    for act in (acts.reset_before(), acts.html(500), acts.silent(), acts.slow_headers()):
        server.does(act)
        began = time.monotonic()
        error = provider.ping(SHORT)
        assert time.monotonic() - began < SHORT + SLACK
        assert error is not None
        assert KEY not in json.dumps(error.to_json())


@entries
def test_whatever_is_answered_comes_to_a_typed_error_or_a_good_asset(
    entry: Entry, server: MisbehavingServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @settings(max_examples=settings.default.max_examples * entry.examples // 100, deadline=None)
    @given(act=made_up())
    def holds(act: Act) -> None:
        server.does(act)
        outcome = outcome_of(entry, server.url, tmp_path_factory.mktemp("fuzz"), seconds=5)
        if isinstance(outcome, Ok):
            assert entry.judge(outcome), outcome
        else:
            error_of(entry, outcome)

    holds()


def test_a_server_that_is_asked_by_many_at_once_answers_each(server: MisbehavingServer) -> None:
    """Of the tests' own server: it is what all of this stands on."""
    import requests

    server.does(answer(200, {"fine": True}))
    answers: list[object] = []

    def ask() -> None:
        answers.append(requests.get(server.url, timeout=5).json())

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [{"fine": True}] * 20
