"""Answers read by a table: the first row that matches, the wait in any of its forms, the evidence, no secrets."""

from __future__ import annotations

import json
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renders.domain.errors import ErrorCode, GenerationError
from renders.providers.http import BY_STATUS, RENDER_SERVICES, Reply, Row, read_error, read_words, retry_after

TABLE = (
    Row(ErrorCode.QUOTA_EXCEEDED, status=(429,), provider_code=("insufficient_quota",), remedy="Pay."),
    Row(ErrorCode.SENSITIVE_CONTENT, status=(400, 403), words=(r"\bmoderat", "nsfw")),
    Row(ErrorCode.RATE_LIMITED, status=(503,), header="retry-after"),
    Row(ErrorCode.TRANSIENT_PROVIDER_ERROR, words=("E9243",), max_attempts=2),
    *BY_STATUS,
)


def reply(status: int, body: object = None, secrets: tuple[str, ...] = (), **headers: str) -> Reply:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, data, secrets=secrets)


def read(status: int, body: object = None, **more: object) -> GenerationError:
    return read_error("service", TABLE, reply(status, body, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (429, {"error": {"code": "insufficient_quota"}}, ErrorCode.QUOTA_EXCEEDED),
        (429, {"error": {"code": None, "type": "insufficient_quota"}}, ErrorCode.QUOTA_EXCEEDED),
        (429, {"detail": {"status": "insufficient_quota"}}, ErrorCode.QUOTA_EXCEEDED),
        (429, {"error": "insufficient_quota"}, ErrorCode.QUOTA_EXCEEDED),
        (429, {"error": {"message": "slower"}}, ErrorCode.RATE_LIMITED),
        (400, {"error": {"message": "Refused by MODERATION"}}, ErrorCode.SENSITIVE_CONTENT),
        (403, b"nsfw", ErrorCode.SENSITIVE_CONTENT),
        (403, {"error": {"message": "no"}}, ErrorCode.UNAUTHORIZED),
        (400, [1, 2], ErrorCode.INVALID_INPUT),
        (418, None, ErrorCode.UNKNOWN),
        (302, None, ErrorCode.UNKNOWN),
    ],
)
def test_the_first_row_that_matches_decides(status: int, body: object, code: ErrorCode) -> None:
    assert read(status, body).code is code


@pytest.mark.parametrize(
    ("status", "code"),
    [
        *((status, ErrorCode.INVALID_INPUT) for status in (400, 413, 422)),
        *((status, ErrorCode.UNAUTHORIZED) for status in (401, 403)),
        (402, ErrorCode.QUOTA_EXCEEDED),
        (404, ErrorCode.NOT_FOUND),
        (408, ErrorCode.TIMEOUT),
        (429, ErrorCode.RATE_LIMITED),
        *((status, ErrorCode.API_ERROR) for status in (500, 502, 503, 504)),
        (418, ErrorCode.UNKNOWN),
        (599, ErrorCode.UNKNOWN),
    ],
)
def test_a_status_alone_is_understood(status: int, code: ErrorCode) -> None:
    assert read_error("service", BY_STATUS, reply(status)).code is code


def test_a_render_service_that_says_when_is_one_that_is_busy() -> None:
    busy = read_error("service", RENDER_SERVICES, reply(503, {"error": "busy"}, retry_after="7"))

    assert (busy.code, busy.retry_after) == (ErrorCode.RATE_LIMITED, 7.0)
    assert read_error("service", RENDER_SERVICES, reply(503)).code is ErrorCode.API_ERROR
    assert read_error("service", RENDER_SERVICES, reply(200, {"error": "x"})).code is ErrorCode.PROVIDER_FAILURE


def test_the_message_the_code_the_remedy_and_the_evidence_are_kept() -> None:
    body = {"error": {"code": "insufficient_quota", "message": "You have used\x00 it up"}}
    error = read(429, body, x_request_id="req-1", content_type="application/json")

    assert error.provider_code == "insufficient_quota"
    assert error.message == "service answered 429: You have used  it up"
    assert error.what_to_do == "Pay."
    assert error.context["http_status"] == 429
    assert error.context["request_id"] == "req-1"
    assert "used" in error.context["answer"]


def test_what_fields_are_wrong_is_told() -> None:
    body = {"detail": [{"loc": ["input", "prompt"], "msg": "too long"}, {"loc": ["input"], "msg": "bad"}]}

    assert read(422, body).message == "service answered 422: input.prompt: too long; input: bad"


def test_an_answer_that_repeats_the_key_does_not_carry_it_on() -> None:
    key = 'sk-"quoted"/0123456789'
    body = {"error": {"code": key, "message": f"Incorrect API key provided: {key}."}}
    error = read(401, body, secrets=(key,), location=f"http://x/?key={key}", x_request_id=key)

    assert "0123456789" not in json.dumps(error.to_json())
    # Cut off in the middle of the key, too.
    for length in range(380, 410):
        told = read(401, {"error": {"message": "x" * length + key}}, secrets=(key,)).to_json()
        assert "sk-" not in json.dumps(told)


def test_words_within_a_success_are_read_by_the_same_table() -> None:
    error = read_words("service", TABLE, "Director: unexpected error (E9243)", codes=["E9243"])

    assert (error.code, error.max_attempts) == (ErrorCode.TRANSIENT_PROVIDER_ERROR, 2)
    assert error.provider_code == "E9243"
    assert read_words("service", TABLE, "").code is ErrorCode.UNKNOWN


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry_after": "30"}, None, 30.0),
        ({"retry_after": "1.5"}, None, 1.5),
        ({"retry_after": "-4"}, None, 0.0),
        ({"retry_after": "nan"}, None, None),
        ({"retry_after": "1e999"}, None, None),
        ({"retry_after": "soon"}, None, None),
        ({"retry_after_ms": "1500", "retry_after": "9"}, None, 1.5),
        ({"retry_after": formatdate(1_000_030, usegmt=True), "date": formatdate(1_000_000, usegmt=True)}, None, 30.0),
        ({"retry_after": formatdate(1_000_000, usegmt=True), "date": formatdate(1_000_030, usegmt=True)}, None, 0.0),
        ({"x_ratelimit_reset_requests": "1s", "x_ratelimit_reset_tokens": "6m0s"}, None, 360.0),
        (
            {
                "x_ratelimit_reset_requests": "20ms",
                "x_ratelimit_remaining_requests": "0",
                "x_ratelimit_reset_tokens": "6m0s",
                "x_ratelimit_remaining_tokens": "500",
            },
            None,
            0.02,
        ),
        ({"x_ratelimit_reset": "12"}, None, 12.0),
        ({}, {"detail": "Request was throttled. Your rate limit resets in ~30s."}, 30.0),
        ({}, {"detail": "Please try again in 1.25 minutes"}, 75.0),
        ({}, {"detail": "Expected available in 45 seconds."}, 45.0),
        ({}, {"detail": "please retry after 250ms"}, 0.25),
        ({}, {"detail": "You may make 60 requests a minute."}, None),
        ({}, None, None),
    ],
)
def test_the_wait_is_read_in_any_of_its_forms(headers: dict[str, str], body: object, seconds: float | None) -> None:
    assert retry_after(reply(429, body, **headers)) == pytest.approx(seconds)


def test_a_moment_in_seconds_is_no_wait_of_half_a_century() -> None:
    import time

    assert 50 < (retry_after(reply(429, **{"x_ratelimit_reset": str(time.time() + 60)})) or 0) <= 60


def test_the_wait_of_a_row_goes_before_the_common_one() -> None:
    table = (Row(ErrorCode.RATE_LIMITED, status=(429,), retry_after=lambda told: told.json()["parameters"]["wait"]),)

    assert read_error("service", table, reply(429, {"parameters": {"wait": 3}})).retry_after == 3


def test_an_answer_of_any_depth_is_read() -> None:
    body = b'{"error":' * 400 + b'"x"' + b"}" * 400
    assert read(500, body).code is ErrorCode.API_ERROR
    assert read(500, b"[" * 400 + b'"x"' + b"]" * 400).code is ErrorCode.API_ERROR


@pytest.mark.parametrize("body", [b"NaN", b'{"a": Infinity}', b"1e999", b"", b"\xff", b"[" * 100_000, b"1" * 10_000])
def test_json_that_cannot_be_stored_is_none(body: bytes) -> None:
    with pytest.raises(ValueError):
        Reply(200, {}, body).json()


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["error", "detail", "message", "code", "type", "status", "loc", "msg", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(
    status=st.integers(100, 599),
    body=_JSON.map(lambda data: json.dumps(data).encode()) | st.binary(max_size=200),
    headers=st.dictionaries(
        st.sampled_from(["retry-after", "retry-after-ms", "date", "x-ratelimit-reset", "location"]),
        st.text(max_size=30) | st.sampled_from(["Mon, 01 Jan 99999 00:00:00 GMT", "9" * 400, "1h1m"]),
    ),
)
def test_whatever_is_answered_a_typed_error_comes_of_it(status: int, body: bytes, headers: dict[str, str]) -> None:
    error = read_error("service", TABLE, Reply(status, headers, body))

    assert isinstance(error.code, ErrorCode)
    json.dumps(error.to_json(), allow_nan=False)
    assert error.retry_after is None or error.retry_after >= 0
