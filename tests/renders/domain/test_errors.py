"""The one error type (R30, R33, R34)."""

from __future__ import annotations

import json

import pytest

from renders.domain.errors import LONGEST_TEXT, OPERATOR_ACTS, RETRYABLE, USER_ACTS, ErrorCode, GenerationError


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_has_one_kind_and_a_remedy_in_plain_words(code: ErrorCode) -> None:
    error = GenerationError(code, "p", "m")
    assert sum(code in kind for kind in (RETRYABLE, USER_ACTS, OPERATOR_ACTS)) == 1
    assert error.is_retryable is (code in RETRYABLE)
    assert error.user_action_required is (code in USER_ACTS)
    assert error.what_to_do.endswith(".")


def test_a_providers_own_remedy_comes_first() -> None:
    assert GenerationError(ErrorCode.TIMEOUT, "p", "m", remedy="Install FFmpeg.").what_to_do == "Install FFmpeg."


def test_context_is_added_and_the_error_itself_is_not_changed() -> None:
    error = GenerationError(ErrorCode.TIMEOUT, "p", "m", context={"model": "x"})
    assert error.with_context(segment="s1").context == {"model": "x", "segment": "s1"}
    assert error.context == {"model": "x"}


def test_what_is_stored_stays_small_whatever_a_provider_sent() -> None:
    huge = "x" * 5_000_000
    context = {"body": huge, "list": [huge] * 1000, "deep": {huge: huge}, "odd": object()}
    error = GenerationError(ErrorCode.UNKNOWN, "p", huge, provider_code=huge, remedy=huge, context=context)
    stored = error.to_json()
    assert len(stored["message"]) == LONGEST_TEXT
    assert len(json.dumps(stored)) < 60 * LONGEST_TEXT
