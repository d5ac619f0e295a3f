"""Every row of the table of `contracts/services.md`, and whatever else a service may say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renders.domain.errors import ErrorCode, GenerationError
from renders.providers.http import Reply
from renders.providers.predictions import errors
from renders.providers.predictions.prediction import Prediction

SENSITIVE = ErrorCode.SENSITIVE_CONTENT
TRANSIENT = ErrorCode.TRANSIENT_PROVIDER_ERROR
FAILURE = ErrorCode.PROVIDER_FAILURE
DIRECTOR = "Director: unexpected error handling prediction"


@pytest.mark.parametrize(
    ("said", "code", "number"),
    [
        (
            "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
            SENSITIVE,
            "E005",
        ),
        ("The input or output was flagged as sensitive.", SENSITIVE, ""),
        ("NSFW content detected. Try running it again, or try a different prompt.", SENSITIVE, ""),
        ("E005", SENSITIVE, "E005"),
        ("Service is currently unavailable due to high demand. Please try again later. (E003)", TRANSIENT, "E003"),
        ("Service is temporarily unavailable. Please try again later. (E004)", TRANSIENT, "E004"),
        ("Prediction failed: timeout starting prediction (E6716)", TRANSIENT, "E6716"),
        ("Something went wrong: unknown error (E1000)", TRANSIENT, "E1000"),
        ("Prediction interrupted; please retry (code: PA)", TRANSIENT, ""),
        ("CUDA out of memory. (E1001)", FAILURE, "E1001"),
        ("Webhook URL is empty (E4875)", ErrorCode.INVALID_INPUT, "E4875"),
        ("IndexError: list index out of range", FAILURE, ""),
        ("Something new (E7777)", FAILURE, "E7777"),
        ("", FAILURE, ""),
    ],
)
def test_each_row_of_the_table(said: str, code: ErrorCode, number: str) -> None:
    error = errors.of_failure("p", said, "")
    assert (error.code, error.provider_code) == (code, number)


@pytest.mark.parametrize("number", ["E9243", "E8765", "E9828"])
def test_what_the_director_says_is_worth_one_more_try_at_most(number: str) -> None:
    error = errors.of_failure("p", f"{DIRECTOR} ({number})", "")
    assert (error.code, error.provider_code, error.max_attempts) == (TRANSIENT, number, 2)


@pytest.mark.parametrize(
    ("said", "code", "number"),
    [
        (f"{DIRECTOR} (E9243) after retry of E005", TRANSIENT, "E9243"),
        ("Upstream E1001, then: flagged as sensitive (E005)", SENSITIVE, "E005"),
        ("E003 E004: the service is temporarily unavailable", TRANSIENT, "E004"),
        ("E005 E1001 E6716", FAILURE, ""),
    ],
)
def test_of_several_numbers_the_one_counts_whose_words_are_there(said: str, code: ErrorCode, number: str) -> None:
    error = errors.of_failure("p", said, "")
    assert (error.code, error.provider_code) == (code, number)


def test_the_logs_tell_where_the_error_does_not() -> None:
    assert errors.of_failure("p", "Prediction failed", "step 4\nNSFW content detected in the output").code is SENSITIVE


@pytest.mark.parametrize("logs", ["Running NSFW check... ok", "no NSFW content", "NSFW filter loaded"])
def test_logs_that_only_mention_the_check_refuse_nothing(logs: str) -> None:
    assert errors.of_failure("p", "CUDA out of memory (E1001)", logs).provider_code == "E1001"
    assert errors.of_failure("p", "Prediction failed", logs).code is FAILURE


def reply(status: int, body: Any, **headers: str) -> Reply:
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(body).encode())


def test_a_throttle_is_told_in_words() -> None:
    error = errors.of_reply("p", reply(429, {"detail": "Request was throttled. Your rate limit resets in ~30s."}))
    assert (error.code, error.retry_after) == (ErrorCode.RATE_LIMITED, 30.0)


def test_a_header_says_more_than_words() -> None:
    body = {"detail": "Request was throttled. Your rate limit resets in ~30s."}
    assert errors.of_reply("p", reply(429, body, retry_after="7")).retry_after == 7.0


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (
            402,
            {"title": "Insufficient credit", "detail": "You have insufficient credit to run this model."},
            "QUOTA_EXCEEDED",
        ),
        (422, {"detail": [{"loc": ["body", "input", "prompt"], "msg": "field required"}]}, "INVALID_INPUT"),
        (422, {"detail": "- input.width: must be at most 1440"}, "INVALID_INPUT"),
        (422, {"detail": "The input was flagged as sensitive (E005)"}, "SENSITIVE_CONTENT"),
        (400, {"detail": "Webhook URL is empty (E4875)"}, "INVALID_INPUT"),
        (401, {"title": "Unauthenticated", "detail": "unknown error (E1000)"}, "UNAUTHORIZED"),
        (403, {"detail": "no"}, "UNAUTHORIZED"),
        (404, {"detail": "The requested resource could not be found."}, "NOT_FOUND"),
        (500, {}, "API_ERROR"),
        (502, {}, "API_ERROR"),
        (503, {}, "API_ERROR"),
        (503, {"detail": "high demand (E003)"}, "TRANSIENT_PROVIDER_ERROR"),
        (504, {}, "API_ERROR"),
        (418, {}, "UNKNOWN"),
    ],
)
def test_answers_that_are_no_success(status: int, body: Any, code: str) -> None:
    assert errors.of_reply("p", reply(status, body)).code == code


def test_a_field_that_was_refused_is_named() -> None:
    body = {"detail": [{"loc": ["body", "input", "prompt"], "msg": "field required"}]}
    assert "input.prompt" in errors.of_reply("p", reply(422, body)).message


texts = st.text(max_size=300) | st.sampled_from(["E005", "E1001 E005 flagged as sensitive", f"{DIRECTOR} E9243 " * 9])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(texts, texts)
def test_whatever_it_says_is_a_typed_error(said: str, logs: str) -> None:
    error = errors.of_failure("p", said, logs)
    assert isinstance(error, GenerationError)
    json.dumps(error.to_json())


@given(st.integers(100, 599), anything)
def test_whatever_it_answers_is_a_typed_error(status: int, body: Any) -> None:
    assert isinstance(errors.of_reply("p", reply(status, body)), GenerationError)


@given(
    anything
    | st.fixed_dictionaries(
        {"id": texts | st.just("p1"), "status": st.sampled_from(["succeeded", "failed", "new", 1])},
        optional={"output": anything, "error": anything, "logs": anything, "input": anything, "created_at": anything},
    )
)
def test_whatever_it_tells_is_a_prediction_or_none(data: Any) -> None:
    try:
        read = Prediction.from_json(data)
    except ValueError:
        return
    assert read.id.replace("-", "").replace("_", "").isalnum()
    assert all(address.startswith(("http://", "https://")) for address in read.outputs)
